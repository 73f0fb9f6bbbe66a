//! Behaviour of `quarry serve`: the real program, over a real socket, with the real components.

mod access;
mod admin;
mod agent;
mod api;
mod archives;
mod callers;
mod conformity;
mod database;
mod deadlines;
mod hosts;
mod initialize;
mod isolation;
mod kill;
mod logs;
mod metrics;
mod openapi;
mod readers;
mod resources;
mod scopes;
mod settings;
mod shutdown;
mod streams;
mod support;
mod tls;
mod traces;
mod uploads;
