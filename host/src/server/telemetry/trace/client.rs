//! The HTTP client that sends spans. It blocks: the exporter has a thread of its own.

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use rustls::crypto::ring;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// How long a batch may take.
const TIME: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const ANSWER: u64 = 1 << 20;

/// Sends over HTTP, and over TLS to whom the machine's authorities vouch for.
#[derive(Debug)]
pub(super) struct Client(Agent);

impl Client {
    pub(super) fn new() -> Result<Self, String> {
        let found = rustls_native_certs::load_native_certs();
        if let (true, Some(error)) = (found.certs.is_empty(), found.errors.first()) {
            tracing::warn!(%error, "the machine's certificate authorities cannot be read");
        }
        let roots = found.certs.iter();
        let roots = roots.map(|root| Certificate::from_der(root).to_owned());
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .root_certs(RootCerts::from(roots))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(TIME))
            .http_status_as_error(false)
            .max_redirects(0);
        Ok(Self(config.build().into()))
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let sent = self.0.run(Request::from_parts(parts, body.to_vec()))?;
        let (parts, body) = sent.into_parts();
        let answer = body.into_with_config().limit(ANSWER).read_to_vec()?;
        if !parts.status.is_success() {
            return Err(Box::new(io::Error::other(format!(
                "the collector answered {}",
                parts.status
            ))));
        }
        Ok(Response::from_parts(parts, answer.into()))
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.send(request);
        if let Err(error) = &sent {
            tracing::warn!(%error, "spans could not be sent to the collector");
        }
        sent
    }
}
