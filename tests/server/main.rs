//! Behaviour of `quarry serve`: the real program, over a real socket, with the real components.

mod access;
mod agent;
mod database;
mod hosts;
mod initialize;
mod isolation;
mod kill;
mod readers;
mod resources;
mod streams;
mod support;
