//! Behaviour of `quarry serve`: the real program, over a real socket, with the real components.

mod access;
mod agent;
mod deadlines;
mod hosts;
mod initialize;
mod isolation;
mod logs;
mod metrics;
mod resources;
mod settings;
mod shutdown;
mod streams;
mod support;
mod tls;
mod traces;
