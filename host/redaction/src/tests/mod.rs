mod examples;
mod known;
mod places;
mod properties;
mod redaction;
mod rules;
mod support;
