mod examples;
mod known;
mod properties;
mod redaction;
mod rules;
mod support;
