//! The functions that describe a connection with their arguments.
//!
//! `HDescribeConnection(Connection, User, Password, Source, Database, Provider, Access, Extended information, …)`,
//! `HOpenConnection` alike, and `SQLConnect(Source, User, Password, Database, Provider, …)`: PC SOFT's documentation.
//!
//! An argument says what it is by its place alone, and a password in a wrong place looks like a database. So an
//! argument is told only where its call proves the order: no provider stands in another place than its own, users and
//! passwords are no addresses, and the source is one beyond doubt: `db.example.org`, `192.0.2.1`, `SRV:4900`, not
//! `SRV`. A name in quotes is told where a provider or such a source proves the order.
//!
//! That is no proof against every mistake: a password that is exchanged with the name or with the database alone, and
//! made like a name, is not told from one.

use super::ConnectionCode;
use super::kinds;
use super::literals::{Value, literal};
use super::merge::{Description, Part};
use super::read::{Item, credential, database, details, is_connection_name, provider};
use crate::analysis::endpoint;
use crate::wlanguage::Program;
use crate::wlanguage::keywords::fold;
use crate::wlanguage::lexer::TokenKind;
use crate::wlanguage::usage::is_member;
use std::net::IpAddr;
use std::ops::Range;

/// Where a function has its arguments.
struct Order {
    /// What the connection is called when the call gives it no name that may be told.
    function: &'static str,
    name: Option<usize>,
    user: usize,
    password: usize,
    source: usize,
    database: usize,
    provider: usize,
    details: usize,
}

const fn described(function: &'static str) -> Order {
    Order {
        function,
        name: Some(0),
        user: 1,
        password: 2,
        source: 3,
        database: 4,
        provider: 5,
        details: 7,
    }
}

const HDESCRIBECONNECTION: Order = described("HDescribeConnection");
const HOPENCONNECTION: Order = described("HOpenConnection");
const SQLCONNECT: Order = Order {
    function: "SQLConnect",
    name: None,
    user: 1,
    password: 2,
    source: 0,
    database: 3,
    provider: 4,
    details: usize::MAX,
};

fn order(folded: &str) -> Option<&'static Order> {
    match folded {
        "hdescribeconnection" | "hdecritconnexion" => Some(&HDESCRIBECONNECTION),
        "hopenconnection" | "houvreconnexion" => Some(&HOPENCONNECTION),
        "sqlconnect" | "sqlconnecte" => Some(&SQLCONNECT),
        _ => None,
    }
}

/// With fewer arguments a call opens what is described elsewhere.
const FEWEST: usize = 3;

/// Tokens of the arguments of one call; a call in a call in a call … is read once for each.
const MOST_TOKENS: usize = 256;

pub(super) fn read(code: &mut ConnectionCode, item: &Item<'_, '_>) {
    let program = item.program;
    for statement in &program.statements {
        let start = statement.tokens.start;
        for index in statement.tokens.clone() {
            if program.text(index + 1) != "(" || is_member(program, start, index) {
                continue;
            }
            let Some(order) = order(program.folded(index)) else {
                continue;
            };
            let arguments = arguments(program, index + 2, statement.tokens.end);
            if arguments.len() >= FEWEST {
                let description = call(code, item, order, (start, index), &arguments);
                code.descriptions.push(description);
            }
        }
    }
}

/// The arguments from `start` on, up to the parenthesis that closes the call.
fn arguments(program: &Program<'_>, start: usize, end: usize) -> Vec<Range<usize>> {
    let mut arguments = Vec::new();
    let (mut depth, mut begin) = (0_usize, start);
    for index in start..end.min(start + MOST_TOKENS) {
        match program.text(index) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth > 0 => depth -= 1,
            ")" => {
                arguments.push(begin..index);
                return arguments;
            }
            "," if depth == 0 => {
                arguments.push(begin..index);
                begin = index + 1;
            }
            _ => {}
        }
    }
    Vec::new()
}

fn call(
    code: &mut ConnectionCode,
    item: &Item<'_, '_>,
    order: &Order,
    (start, function): (usize, usize),
    arguments: &[Range<usize>],
) -> Description {
    let argument = |place: usize| arguments.get(place).cloned().unwrap_or(0..0);
    let mut new = Description {
        name: order.function.to_owned(),
        is_call: true,
        file: code.files,
        item: item.number,
        span: item.span(function),
        has_user: credential(code, item, argument(order.user)),
        has_password: credential(code, item, argument(order.password)),
        ..Description::default()
    };
    let proof = Proof::read(code, item, order, arguments);
    if proof.provider {
        new.kind = provider(item, argument(order.provider));
    }
    let source = argument(order.source);
    new.place = match code.literals.value(item.program, source, item.resources) {
        Value::Text(text) if proof.source => {
            let found = endpoint::source(&text);
            Part::Known((found.host, found.port))
        }
        Value::Text(text) if text.is_empty() => Part::Unset,
        Value::Text(_) | Value::Computed => Part::Computed,
    };
    if proof.source {
        new.database = database(code, item, argument(order.database));
    }
    if !argument(order.details).is_empty() {
        let mut said = Description::default();
        details(code, item, &mut said, argument(order.details));
        new.has_user |= said.has_user;
        new.has_password |= said.has_password;
        new.details = said.details;
    }
    let name = match order.name {
        Some(place) => named(item, argument(place), &proof),
        None => result(item, start, function),
    };
    if let Some((name, index)) =
        name.filter(|(name, _)| !code.credentials.contains(&name.to_lowercase()))
    {
        new.name = name;
        new.span = item.span(index);
    }
    new
}

/// What a call proves about the order of its arguments.
struct Proof {
    /// A provider stands in its place.
    provider: bool,
    /// The source is an address.
    source: bool,
}

impl Proof {
    fn read(
        code: &ConnectionCode,
        item: &Item<'_, '_>,
        order: &Order,
        arguments: &[Range<usize>],
    ) -> Self {
        let is_provider = |range: &Range<usize>| {
            range.len() == 1 && kinds::of_constant(item.program.text(range.start)).is_some()
        };
        let address = |place: usize| {
            let range = arguments.get(place).cloned().unwrap_or(0..0);
            match code.literals.value(item.program, range, item.resources) {
                Value::Text(text) => is_address(text.trim()),
                Value::Computed => false,
            }
        };
        let elsewhere = arguments
            .iter()
            .enumerate()
            .any(|(place, range)| place != order.provider && is_provider(range));
        let is_ordered = !elsewhere && !address(order.user) && !address(order.password);
        let provider_text = arguments.get(order.provider).and_then(|range| {
            let text = literal(item.program, range.clone(), item.resources)?;
            kinds::of_text(text.trim())
        });
        let has_provider = arguments.get(order.provider).is_some_and(is_provider);
        Proof {
            provider: is_ordered && (has_provider || provider_text.is_some()),
            source: is_ordered && address(order.source),
        }
    }
}

/// The ports that databases have unless they are told otherwise, the next ones included.
const PORTS: [std::ops::RangeInclusive<u16>; 5] = [
    1433..=1434,
    1521..=1530,
    3306..=3310,
    4900..=4999,
    5432..=5440,
];

/// Whether a text is the address of a server beyond doubt, and neither a word nor a sign-on.
fn is_address(text: &str) -> bool {
    let found = endpoint::source(text);
    let Some(host) = found.host.filter(|_| !text.contains('=')) else {
        return false;
    };
    let labels: Vec<&str> = host.split('.').collect();
    let is_domain = labels.len() >= 3
        && labels.last().is_some_and(|last| {
            last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
    host.parse::<IpAddr>().is_ok()
        || host.eq_ignore_ascii_case("localhost")
        || is_domain
        || found
            .port
            .is_some_and(|port| PORTS.iter().any(|ports| ports.contains(&port)))
}

/// The name of the connection in a call: a variable, or a literal.
fn named(item: &Item<'_, '_>, range: Range<usize>, proof: &Proof) -> Option<(String, usize)> {
    let program = item.program;
    let last = range.end.checked_sub(1)?;
    let is_path = range.clone().all(|index| {
        program.is_kind(index, TokenKind::Word)
            || matches!(program.text(index), "." | ".." | "::" | ":")
    });
    if is_path && !range.is_empty() {
        let name = program.text(last);
        return is_connection_name(name).then(|| (name.to_owned(), last));
    }
    let name = literal(program, range, item.resources)?;
    let is_told = (proof.provider || proof.source) && is_plain_name(&name);
    (is_told && is_connection_name(&name)).then_some((name, last))
}

/// Whether a text is made like a name, and not like a password: digits stand at the ends of words only.
fn is_plain_name(text: &str) -> bool {
    let folded = fold(text);
    let bytes = folded.as_bytes();
    let is_word = bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' '));
    let has_inner_digit = bytes
        .windows(2)
        .any(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic());
    is_word && text.len() <= 64 && !has_inner_digit
}

/// The variable that takes the result: `nConnection = SQLConnect(…)`.
fn result(item: &Item<'_, '_>, start: usize, function: usize) -> Option<(String, usize)> {
    let name = function.checked_sub(2).filter(|name| *name >= start)?;
    let program = item.program;
    let is_assigned = matches!(program.text(function - 1), "=" | "<-" | ":=")
        && program.is_kind(name, TokenKind::Word)
        && is_connection_name(program.text(name))
        && crate::wlanguage::usage::begins_part(program, start, name);
    is_assigned.then(|| (program.text(name).to_owned(), name))
}
