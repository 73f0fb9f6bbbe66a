//! TLS: the certificate, and its renewal while the server runs.

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::signal::unix::Signal;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at although nobody said that they have changed.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Where the certificate and its key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those between it and its authority, as PEM.
    pub certificate: PathBuf,
    /// The private key, as PEM.
    pub key: PathBuf,
}

/// The certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path}: {error}; give a file that this user can read", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// A file is not what it should be. What it holds is not shown: it may be a key.
    #[error("{path}: there is no {expected} in it that can be read; give a PEM file with one", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The key is not that of the certificate.
    #[error(
        "{key} is not the key of the certificate in {certificate}; give the two that were made together",
        key = .0.key.display(), certificate = .0.certificate.display()
    )]
    Mismatch(TlsFiles),
    /// The key or the certificate is of a kind that is not supported.
    #[error("{path}: {reason}", path = path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The certificate that is shown now.
#[derive(Debug)]
struct Current(RwLock<Loaded>);

#[derive(Debug, Clone)]
struct Loaded {
    key: Arc<CertifiedKey>,
    /// What the files held.
    files: (Vec<u8>, Vec<u8>),
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.loaded().key)
    }
}

impl Current {
    fn loaded(&self) -> Loaded {
        let loaded = self.0.read().unwrap_or_else(PoisonError::into_inner);
        loaded.clone()
    }
}

/// Encrypts connections.
pub(in crate::server) struct Tls {
    files: TlsFiles,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// Reads a certificate and its key.
    pub(in crate::server) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let current = Arc::new(Current(RwLock::new(load(&files)?)));
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Unsupported {
                path: files.certificate.clone(),
                reason: error.to_string(),
            })?;
        let mut config = config
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            files,
            current,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// Makes the handshake.
    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }

    /// Reads the files again, and says whether they have changed. Connections that there are keep their certificate.
    fn reload(&self) -> Result<bool, TlsError> {
        let before = self.current.loaded().files;
        if contents(&self.files)? == before {
            return Ok(false);
        }
        let loaded = load(&self.files)?;
        *self
            .current
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(true)
    }
}

/// Shows a renewed certificate as soon as SIGHUP says that there is one, or within a minute. One that cannot be used is
/// told, and the one before it stays. Without TLS, SIGHUP does nothing.
pub(in crate::server) async fn keep_current(
    tls: Option<Arc<Tls>>,
    mut hangup: Signal,
    closing: CancellationToken,
) {
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            _ = hangup.recv() => {}
            () = sleep(LOOK_EVERY), if tls.is_some() => {}
        }
        let Some(tls) = tls.clone() else { continue };
        match tokio::task::spawn_blocking(move || tls.reload()).await {
            Ok(Ok(true)) => tracing::info!("the renewed certificate is used"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "the renewed certificate cannot be used; the one before stays");
            }
            Err(error) => tracing::error!(%error, "reading the certificate ended unexpectedly"),
        }
    }
}

fn contents(files: &TlsFiles) -> Result<(Vec<u8>, Vec<u8>), TlsError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| TlsError::Unreadable {
            path: path.to_owned(),
            error,
        })
    };
    Ok((read(&files.certificate)?, read(&files.key)?))
}

fn load(files: &TlsFiles) -> Result<Loaded, TlsError> {
    let (certificate, key) = contents(files)?;
    let malformed = |path: &Path, expected| TlsError::Malformed {
        path: path.to_owned(),
        expected,
    };
    let chain =
        CertificateDer::pem_slice_iter(&certificate).collect::<Result<Vec<_>, pem::Error>>();
    let chain = chain
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| malformed(&files.certificate, "certificate"))?;
    let private =
        PrivateKeyDer::from_pem_slice(&key).map_err(|_| malformed(&files.key, "private key"))?;
    let signing =
        ring::sign::any_supported_type(&private).map_err(|error| TlsError::Unsupported {
            path: files.key.clone(),
            reason: error.to_string(),
        })?;
    let certified = CertifiedKey::new(chain, signing);
    match certified.keys_match() {
        // Of a key that does not tell its public half nothing can be said.
        Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(rustls::Error::InconsistentKeys(_)) => return Err(TlsError::Mismatch(files.clone())),
        Err(error) => {
            return Err(TlsError::Unsupported {
                path: files.certificate.clone(),
                reason: error.to_string(),
            });
        }
    }
    Ok(Loaded {
        key: Arc::new(certified),
        files: (certificate, key),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(directory: &Path, name: &str) -> TlsFiles {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let files = TlsFiles {
            certificate: directory.join(format!("{name}.crt")),
            key: directory.join(format!("{name}.key")),
        };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        files
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let (one, two) = (made(directory.path(), "one"), made(directory.path(), "two"));
        assert!(Tls::load(one.clone()).is_ok());
        let mixed = TlsFiles {
            key: two.key,
            ..one
        };
        assert!(matches!(Tls::load(mixed), Err(TlsError::Mismatch(_))));
    }

    #[test]
    fn files_that_hold_something_else_are_refused_without_showing_what() {
        let directory = tempfile::tempdir().unwrap();
        let files = made(directory.path(), "one");
        let swapped = TlsFiles {
            certificate: files.key.clone(),
            key: files.certificate.clone(),
        };
        let message = Tls::load(swapped).err().unwrap().to_string();
        assert!(message.contains("no certificate in it"), "{message}");
        std::fs::write(&files.key, "s3cret").unwrap();
        let message = Tls::load(files.clone()).err().unwrap().to_string();
        assert!(
            message.contains("no private key in it") && !message.contains("s3cret"),
            "{message}"
        );
        std::fs::remove_file(&files.key).unwrap();
        assert!(matches!(Tls::load(files), Err(TlsError::Unreadable { .. })));
    }

    #[test]
    fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let files = made(directory.path(), "one");
        let tls = Tls::load(files.clone()).unwrap();
        let shown = || tls.current.loaded().key.cert[0].clone();
        let first = shown();
        assert!(!tls.reload().unwrap());
        std::fs::write(&files.certificate, "broken").unwrap();
        assert!(tls.reload().is_err());
        assert_eq!(shown(), first);
        made(directory.path(), "one");
        assert!(tls.reload().unwrap());
        assert_ne!(shown(), first);
    }
}
