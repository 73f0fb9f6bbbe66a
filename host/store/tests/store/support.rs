//! A store for every test, on each of the databases.

use quarry_store::{
    Claimed, Json, Lease, Limits, Location, ManualClock, Name, NewKnowledgeBase, NewProject,
    Operator, Options, Origin, Project, Run, Store, TenantId, TenantStore, Timestamp,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Runs functions that take a [`Place`] on both databases: each becomes two tests, of which the second is skipped, and
/// says so, where there is no PostgreSQL. A function that is forgotten here is dead code.
macro_rules! on_both {
    ($($behaviour:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $behaviour() {
                crate::support::run(crate::support::Backend::Sqlite, super::$behaviour);
            })*
        }
        mod postgres {
            $(#[test] fn $behaviour() {
                crate::support::run(crate::support::Backend::Postgres, super::$behaviour);
            })*
        }
    };
}

/// A store with a clock that stands still.
#[derive(Clone)]
pub struct Place {
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub location: Location,
    /// The location as text: a path or a URL.
    pub address: String,
}

/// Where a place is, to be removed after the test.
enum Ground {
    Directory(tempfile::TempDir),
    Schema { url: String, name: String },
}

/// Runs one test, and removes what it made also when it fails.
pub fn run<Behaviour, Running>(backend: Backend, behaviour: Behaviour)
where
    Behaviour: FnOnce(Place) -> Running,
    Running: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let Some((ground, location, address)) = Ground::new(backend).await else {
            println!(
                "skipped: QUARRY_TEST_POSTGRES is not set, so that nothing was tested on PostgreSQL"
            );
            return;
        };
        let clock = Arc::new(ManualClock::at(Timestamp::from_milliseconds(
            1_800_000_000_000,
        )));
        let store = open(&location, &clock, None).await;
        let place = Place {
            store: store.clone(),
            clock,
            location,
            address,
        };
        let ended = tokio::spawn(behaviour(place)).await;
        store.close().await;
        ground.remove().await;
        if let Err(error) = ended {
            std::panic::resume_unwind(error.into_panic());
        }
    });
}

impl Ground {
    async fn new(backend: Backend) -> Option<(Self, Location, String)> {
        if backend == Backend::Sqlite {
            let directory = tempfile::tempdir().unwrap();
            let data = directory.path().join("data");
            let address = data.display().to_string();
            return Some((
                Ground::Directory(directory),
                Location::Directory(data),
                address,
            ));
        }
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var("QUARRY_TEST_POSTGRES").ok()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("quarry_test_{}_{number}", std::process::id());
        administer(&url, format!("CREATE SCHEMA {name}")).await;
        let separator = if url.contains('?') { '&' } else { '?' };
        let own = format!("{url}{separator}options=-csearch_path%3D{name}");
        let location = Location::Postgres(own.parse().unwrap());
        Some((Ground::Schema { url, name }, location, own))
    }

    async fn remove(self) {
        match self {
            Ground::Directory(directory) => directory.close().unwrap(),
            Ground::Schema { url, name } => {
                administer(&url, format!("DROP SCHEMA {name} CASCADE")).await
            }
        }
    }
}

async fn administer(url: &str, statement: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
}

async fn open(location: &Location, clock: &Arc<ManualClock>, host: Option<&str>) -> Store {
    // Few connections: many tests run at once, and a server has a hundred.
    let options = Options {
        clock: clock.clone(),
        host: host.map(name),
        connections: 4,
        ..Options::default()
    };
    Store::open(location, options).await.unwrap()
}

impl Place {
    pub fn operator(&self) -> Operator {
        self.store.operator()
    }

    /// Another host with the same store and the same time.
    pub async fn another_host(&self) -> Store {
        open(&self.location, &self.clock, None).await
    }

    /// A host with the same store and the same time, and with source trees of its own.
    pub async fn host_with_trees(&self, host: &str) -> Store {
        open(&self.location, &self.clock, Some(host)).await
    }

    pub fn advance(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    /// A new tenant that may run so many runs at once.
    pub async fn tenant(&self, concurrent_runs: u32) -> TenantStore {
        let limits = Limits {
            concurrent_runs,
            ..Limits::default()
        };
        let tenant = self
            .operator()
            .create_tenant(&name("Tenant"), &limits)
            .await
            .unwrap();
        self.store.tenant(tenant.id)
    }

    /// A run that is claimed, with its project.
    pub async fn running(&self) -> (TenantStore, Project, Claimed) {
        let tenant = self.tenant(4).await;
        let project = project(&tenant).await;
        tenant
            .start_run(&project.id, &Json::object())
            .await
            .unwrap();
        let claimed = self.claim("one").await.unwrap();
        (tenant, project, claimed)
    }

    pub async fn claim(&self, owner: &str) -> Option<Claimed> {
        self.operator().claim(&name(owner), LEASE).await.unwrap()
    }

    /// The run as it is now.
    pub async fn run_of(&self, tenant: &TenantId, lease: &Lease) -> Run {
        self.store
            .tenant(tenant.clone())
            .run(&lease.run)
            .await
            .unwrap()
    }
}

/// How long leases are in tests.
pub const LEASE: Duration = Duration::from_secs(15);

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub fn json(text: &str) -> Json {
    text.parse().unwrap()
}

pub fn base() -> NewKnowledgeBase {
    NewKnowledgeBase {
        name: name("Shop"),
        origin: Origin::Uploaded,
    }
}

/// A new output project with a knowledge base of its own.
pub async fn project(tenant: &TenantStore) -> Project {
    let base = tenant.create_knowledge_base(base()).await.unwrap();
    let new = NewProject {
        knowledge_base: base.id,
        name: name("Shop in Rust"),
        stack: name("rust-axum"),
        configuration: Some(name("Windows 64")),
    };
    tenant.create_project(new).await.unwrap()
}

/// A new run of a new project, that waits.
pub async fn queued(tenant: &TenantStore) -> Run {
    let project = project(tenant).await;
    tenant
        .start_run(&project.id, &Json::object())
        .await
        .unwrap()
        .run()
        .clone()
}
