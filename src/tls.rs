//! What every protected connection has in common: whom it trusts, and the cryptography.

use crate::error::{Error, Result};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// Settings that trust the public authorities and, when there is one, the operator's own: one or more certificates as PEM.
///
/// # Errors
/// What `unreadable` makes, when that authority cannot be read or holds no certificate.
pub(crate) fn settings(authority: Option<&[u8]>, unreadable: fn() -> Error) -> Result<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = authority {
        let public = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            certificate.ok().and_then(|certificate| roots.add(certificate).ok()).ok_or_else(unreadable)?;
        }
        if roots.len() == public {
            return Err(unreadable());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|_| Error::bug("the built-in cryptography knows no version of TLS"))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
