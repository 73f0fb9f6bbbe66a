//! Those that follow runs, or upload. A request is let in once and may then last for hours: it is told when its
//! token opens nothing any more.

use super::App;
use super::error::Error;
use quarry_store::{CredentialError, Store, StoreError, TokenId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// How often the store is asked about all of them together: another host, or a command, may have revoked a token.
const EVERY: Duration = Duration::from_secs(2);

/// Why a token is refused, if it is.
type Verdict = Option<Arc<CredentialError>>;

/// The tokens that somebody follows a run with.
#[derive(Debug, Default)]
pub(super) struct Callers(Mutex<HashMap<TokenId, watch::Sender<Verdict>>>);

/// A caller that is watched.
pub(super) struct Watched(watch::Receiver<Verdict>);

impl Callers {
    /// Watches a caller, who was let in just before.
    pub(super) fn watch(&self, token: &TokenId) -> Watched {
        let mut watched = self.watched();
        let verdicts = watched
            .entry(token.clone())
            .or_insert_with(|| watch::channel(None).0);
        Watched(verdicts.subscribe())
    }

    /// Asks the store about all that are watched, and tells those that are refused.
    async fn judge(&self, store: &Store) -> Result<(), StoreError> {
        let tokens = self.tokens();
        if tokens.is_empty() {
            return Ok(());
        }
        let refused = store.refused(&tokens).await?;
        let mut watched = self.watched();
        for (token, error) in refused {
            // Who is let in later, since the tenant was resumed, is watched anew.
            if let Some(verdicts) = watched.remove(&token) {
                verdicts.send_replace(Some(Arc::new(error)));
            }
        }
        Ok(())
    }

    /// The tokens of those that are still there.
    fn tokens(&self) -> Vec<TokenId> {
        let mut watched = self.watched();
        watched.retain(|_, verdicts| verdicts.receiver_count() > 0);
        watched.keys().cloned().collect()
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<TokenId, watch::Sender<Verdict>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    /// Fails when the caller is let in no more.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &*self.0.borrow() {
            None => Ok(()),
            Some(error) => Err(Error::Credential(error.clone())),
        }
    }

    /// Waits until the caller is let in no more, and says why.
    pub(super) async fn refused(&mut self) -> Error {
        let _ = self.0.wait_for(Option::is_some).await;
        match self.check() {
            Err(error) => error,
            // Nobody judges any more.
            Ok(()) => std::future::pending().await,
        }
    }
}

impl App {
    /// Judges callers until the server ends.
    pub(super) async fn keep_judging(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = sleep(EVERY) => {}
            }
            if let Err(error) = self.callers.judge(&self.store).await {
                tracing::error!(%error, "it is not known whether those that follow runs still may");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_that_follow_with_one_token_are_one_question_until_the_last_is_gone() {
        let callers = Callers::default();
        let token: TokenId = format!("tok_{}", "1".repeat(32)).parse().unwrap();
        let mut many: Vec<_> = (0..500).map(|_| callers.watch(&token)).collect();
        assert_eq!(callers.tokens(), std::slice::from_ref(&token));
        many.truncate(1);
        assert_eq!(callers.tokens(), [token]);
        many.clear();
        assert_eq!(callers.tokens(), []);
    }
}
