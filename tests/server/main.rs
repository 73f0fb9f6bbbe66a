//! Behaviour of `quarry serve`: the real program, over a real socket, with the real components.

mod access;
mod agent;
mod initialize;
mod isolation;
mod resources;
mod streams;
mod support;
