//! What is refused, in which words, and that no password is ever among them.

use super::*;
use crate::ledger::{open, open_existing};

fn refusal(access: &Access) -> &'static str {
    let error = open(std::path::Path::new("/nowhere"), "lakeside", Some(access)).err().unwrap();
    let told = format!("{error:?} {error} {access:?}");
    assert!(!told.contains("secret") && !told.contains("clerk"), "{told}");
    error.findings[0].code
}

#[test]
fn what_a_url_must_not_say() {
    for (url, code) in [
        ("postgres://clerk:secret@localhost/ledger", "ledger-password"),
        ("postgres://clerk@localhost/ledger?password=secret", "ledger-password"),
        ("postgres://clerk@db.example/ledger?sslmode=disable", "ledger-tls"),
        ("postgres://clerk@localhost,10.0.0.1/ledger?sslmode=disable", "ledger-tls"),
        ("postgres://clerk@localhost/ledger?hostaddr=10.0.0.1&sslmode=disable", "ledger-tls"),
        ("postgres://clerk@localhost/ledger?sslmode=secret", "ledger-url"),
        ("postgres://clerk@localhost/ledger?secret=1", "ledger-url"),
        ("postgres:secret", "ledger-url"),
        ("postgres://clerk@127.0.0.1:1/secret", "ledger-unreachable"),
    ] {
        assert_eq!(refusal(&Access::typed(url)), code, "{url}");
    }
    let hidden = Access::hidden("postgres://clerk:secret@127.0.0.1:1/ledger");
    assert_eq!(refusal(&hidden), "ledger-unreachable", "a password may stand in the environment");
    let nonsense = Access::typed("postgres://clerk@db.example/ledger").with_authority(Some(b"secret".to_vec()));
    assert_eq!(refusal(&nonsense), "ledger-authority");
}

#[test]
fn who_is_not_let_in() {
    let bench = PostgresBench::new();
    let (_, port) = bench.socket();
    let at_port = |rest: &str| Access::hidden(format!("postgres://{}@127.0.0.1:{port}/{rest}", bench.name));
    assert_eq!(refusal(&at_port("postgres")), "ledger-login", "no password");
    assert_eq!(refusal(&at_port("postgres").with_password(Some("not secret".to_owned().into()))), "ledger-login");
    let right = || Some("secret".to_owned().into());
    assert_eq!(refusal(&at_port("no_such").with_password(right())), "ledger-database");
    assert_eq!(refusal(&at_port("postgres?options=-csearch_path%3Dno_such").with_password(right())), "ledger-schema");
    assert_eq!(refusal(&at_port("postgres?options=-csearch_path%3Dpublic").with_password(right())), "ledger-unwritable");
    let schema = format!("postgres?options=-csearch_path%3D{}", bench.name);
    assert!(open(std::path::Path::new("/nowhere"), "lakeside", Some(&at_port(&schema).with_password(right()))).is_ok());
}

#[test]
fn a_protected_connection_is_made_only_to_whom_the_certificate_names() {
    let bench = PostgresBench::new();
    let (folder, port) = bench.socket();
    let authority = fs_err::read(folder.join("authority.pem")).unwrap();
    let to = |host: &str| {
        let url = format!("postgres://{0}@{host}:{port}/postgres?sslmode=verify-full&options=-csearch_path%3D{0}", bench.name);
        Access::hidden(url).with_password(Some("secret".to_owned().into()))
    };
    assert_eq!(refusal(&to("localhost")), "ledger-tls", "an authority that nobody named");
    assert_eq!(refusal(&to("127.0.0.1").with_authority(Some(authority.clone()))), "ledger-tls", "another host");
    let store = PostgresStore::open(&to("localhost").with_authority(Some(authority)), "lakeside");
    let row = store.unwrap().connection.unwrap().row("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).unwrap();
    assert!(row.get::<_, bool>(0));
}

#[test]
fn a_schema_with_something_else_in_it_is_left_alone() {
    let bench = PostgresBench::new();
    bench.raw().batch_execute("CREATE TABLE schema_version (version integer)").unwrap();
    assert_eq!(refusal(&bench.access()), "ledger-damaged");
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = $1::text::regnamespace";
    assert_eq!(bench.raw().query_one(tables, &[&bench.name]).unwrap().get::<_, i64>(0), 1);
}

#[test]
fn reading_creates_nothing() {
    let bench = PostgresBench::new();
    let there = || open_existing(std::path::Path::new("/nowhere"), "lakeside", Some(&bench.access())).unwrap().is_some();
    assert!(!there());
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = $1::text::regnamespace";
    assert_eq!(bench.raw().query_one(tables, &[&bench.name]).unwrap().get::<_, i64>(0), 0);
    drop(bench.store());
    assert!(there());
}

#[test]
fn nothing_recorded_can_be_changed_or_removed() {
    let bench = PostgresBench::new();
    let mut desk = bench.worker("desk");
    desk.allot(&mut everyone(2)).unwrap();
    let mut raw = bench.raw();
    for (table, column) in [
        ("event", "detail"),
        ("link", "worker"),
        ("piece", "person"),
        ("alias", "person"),
        ("code", "piece"),
        ("job", "digest"),
        ("ledger", "incident"),
    ] {
        for change in
            [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}"), format!("TRUNCATE {table} CASCADE")]
        {
            assert_eq!(raw.batch_execute(&change).unwrap_err().code().unwrap().code(), "23001", "{change}");
        }
    }
}

#[test]
fn a_commit_is_on_the_disk_whatever_the_server_thinks() {
    let bench = PostgresBench::new();
    bench.raw().batch_execute(&format!("ALTER ROLE {} SET synchronous_commit = off", bench.name)).unwrap();
    let row = bench.store().connection.unwrap().row("SELECT current_setting('synchronous_commit')", &[]).unwrap();
    assert_eq!(row.get::<_, &str>(0), "on");
}
