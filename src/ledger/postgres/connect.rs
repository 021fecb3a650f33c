//! How the server is reached: what the URL must and must not say, and the settings that every connection has.

use super::connection::Connection;
use super::faults::{self, While, fault};
use crate::error::Result;
use crate::ledger::Access;
use postgres::config::{Host, SslMode, TargetSessionAttrs};
use postgres::{Config, NoTls};
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Where a server listens on its own machine when the URL names no host.
const SOCKET_FOLDER: &str = "/var/run/postgresql";

const CONNECT: Duration = Duration::from_secs(10);
/// A server that has gone without a word is noticed after about half a minute.
const SILENCE: Duration = Duration::from_secs(30);
const PROBE_AFTER: Duration = Duration::from_secs(10);
const PROBE_EVERY: Duration = Duration::from_secs(5);
const PROBES: u32 = 4;

/// A commit is on the server's disk before it is answered, whatever the server's default is. A machine that has gone lets go of
/// its locks after half a minute. Plans are made once for lists of any length (see `Connection::plan_anew`): making them for
/// each list costs senders a third of their speed.
const SETTINGS: &str = "SET synchronous_commit = on; SET statement_timeout = 0; SET lock_timeout = '60s';
    SET idle_in_transaction_session_timeout = 0; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 4; SET tcp_user_timeout = 30000; SET jit = off; SET random_page_cost = 1.1;
    SET plan_cache_mode = force_generic_plan";

/// A checked URL with everything it takes to connect.
pub(super) struct Way {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Way {
    /// # Errors
    /// Refused when the URL cannot be read, holds a password that others can see, or asks for an open connection to another
    /// machine; when the certificates to trust cannot be read.
    pub(super) fn of(access: &Access) -> Result<Way> {
        // libpq's words for what we do anyway: a certificate is always checked, and the name in it.
        let url = access.url().replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config = url.parse().map_err(|_| faults::unreadable_url())?;
        if config.get_password().is_some() && access.is_typed() {
            return Err(faults::typed_password());
        }
        if let Some(password) = access.password() {
            config.password(password);
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host_path(SOCKET_FOLDER);
        }
        let mode = match (is_near(&config), config.get_ssl_mode()) {
            (false, SslMode::Disable) => return Err(faults::open_connection()),
            (false, _) => SslMode::Require,
            (true, SslMode::Prefer) => SslMode::Disable,
            (true, mode) => mode,
        };
        if config.get_hosts().len() > 1 && config.get_target_session_attrs() == TargetSessionAttrs::Any {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        config.ssl_mode(mode).application_name("breachnotice").connect_timeout(CONNECT).tcp_user_timeout(SILENCE);
        config.keepalives(true).keepalives_idle(PROBE_AFTER).keepalives_interval(PROBE_EVERY).keepalives_retries(PROBES);
        // What the server remarks in passing may quote a statement.
        config.notice_callback(|_| {});
        let protected = || crate::tls::settings(access.authority(), faults::unreadable_authority).map(MakeRustlsConnect::new);
        let tls = if mode == SslMode::Disable { None } else { Some(protected()?) };
        Ok(Way { config, tls })
    }

    /// # Errors
    /// Failed when the server cannot be reached; refused when it does not let us in.
    pub(super) fn connect(&self) -> Result<Connection> {
        let connected = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        let mut connection = Connection::new(connected.map_err(|error| fault(While::Connecting, &error))?);
        connection.batch(SETTINGS)?;
        Ok(connection)
    }
}

/// Whether the connection stays on this machine.
fn is_near(config: &Config) -> bool {
    let near = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()),
    };
    match config.get_hostaddrs() {
        [] => config.get_hosts().iter().all(near),
        addresses => addresses.iter().all(std::net::IpAddr::is_loopback),
    }
}
