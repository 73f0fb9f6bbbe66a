//! The store's behaviour, on SQLite always and on PostgreSQL where `QUARRY_TEST_POSTGRES` holds a URL. There each test
//! has a schema of its own, which is dropped afterwards.

#[macro_use]
mod support;

mod access;
mod administrators;
mod claiming;
mod hosts;
mod isolation;
mod kill;
mod leases;
mod listing;
mod opening;
mod races;
mod recovery;
mod resources;
mod retention;
mod runs;
mod state_machine;
mod uploads;
