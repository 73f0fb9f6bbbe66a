//! Behaviour of `quarry serve`: the real program, over a real socket, with the real components.

mod access;
mod admin;
mod agent;
mod api;
mod archives;
mod conformity;
mod initialize;
mod isolation;
mod openapi;
mod resources;
mod scopes;
mod streams;
mod support;
mod uploads;
