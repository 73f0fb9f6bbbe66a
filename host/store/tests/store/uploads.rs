//! Uploads whose host died.

use crate::support::{Place, base, name};
use quarry_store::{Failure, KnowledgeBaseState};

async fn a_host_that_comes_back_fails_its_own_uploads_and_no_other_hosts(place: Place) {
    let tenant = place.tenant(1).await;
    let of = async |host| {
        let store = place.host_with_trees(host).await;
        let received = store.tenant(tenant.id().clone());
        let received = received.create_knowledge_base(base()).await.unwrap();
        store.close().await;
        received.id
    };
    let (mine, other) = (of("one").await, of("two").await);
    let failure = Failure::new(name("upload-interrupted"), "send it again");
    let operator = place.operator();
    let failed = operator
        .fail_knowledge_bases_of(&name("one"), &failure)
        .await
        .unwrap();
    assert_eq!(failed, [(tenant.id().clone(), mine.clone())]);
    let mine = tenant.knowledge_base(&mine).await.unwrap();
    assert_eq!(mine.state, KnowledgeBaseState::Failed);
    assert_eq!(mine.failure, Some(failure.clone()));
    let contents = quarry_store::Contents::default();
    let ready = tenant.complete_knowledge_base(&other, &contents).await;
    assert_eq!(ready.unwrap().state, KnowledgeBaseState::Ready);
    let two = name("two");
    let again = operator.fail_knowledge_bases_of(&two, &failure);
    assert_eq!(again.await.unwrap(), []);
}

on_both!(a_host_that_comes_back_fails_its_own_uploads_and_no_other_hosts);
