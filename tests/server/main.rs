//! Behaviour of `quarry serve`: the real program, over a real socket, with the real components.

mod access;
mod admin;
mod agent;
mod api;
mod archives;
mod conformity;
mod database;
mod hosts;
mod initialize;
mod isolation;
mod kill;
mod openapi;
mod readers;
mod resources;
mod scopes;
mod streams;
mod support;
mod uploads;
