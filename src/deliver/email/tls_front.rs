//! TLS before a fault server, for tests: it passes on what is said inside, and the end of either side.

use super::fault_server::FaultServer;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Listens on a loopback port, with a certificate for localhost.
pub(super) struct TlsFront {
    pub(super) port: u16,
    /// Whose certificate a client must trust, as PEM.
    pub(super) authority: Vec<u8>,
    connections: Arc<AtomicUsize>,
}

impl TlsFront {
    pub(super) fn before(server: &FaultServer) -> TlsFront {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup/certificate");
        assert!(Command::new(script).arg(folder.path()).status().unwrap().success());
        let authority = fs_err::read(folder.path().join("authority.pem")).unwrap();
        let acceptor = acceptor(folder.path());
        let (tell, told) = std::sync::mpsc::channel();
        let (connections, behind) = (Arc::new(AtomicUsize::new(0)), server.port);
        let counter = Arc::clone(&connections);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = listener();
                tell.send(listener.local_addr().unwrap().port()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    counter.fetch_add(1, Ordering::Relaxed);
                    tokio::spawn(pass_on(acceptor.clone(), stream, behind));
                }
            })
        });
        TlsFront { port: told.recv().unwrap(), authority, connections }
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn acceptor(folder: &Path) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsAcceptor::from(Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap()))
}

/// Bytes that a socket may keep: what it keeps has left the client although the server has seen nothing of it.
const BUFFER: u32 = 64 * 1024;

fn listener() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket.listen(16).unwrap()
}

async fn pass_on(acceptor: TlsAcceptor, stream: TcpStream, behind: u16) {
    // A client that does not trust us goes away.
    let Ok(mut client) = acceptor.accept(stream).await else { return };
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(BUFFER).unwrap();
    let mut server = socket.connect(([127, 0, 0, 1], behind).into()).await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}
