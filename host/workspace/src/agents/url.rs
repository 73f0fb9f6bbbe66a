//! The address of an MCP server.

use std::str::FromStr;
use url::Url;

/// The endpoint of an MCP server: `http` or `https`, and nothing in it that is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpUrl(String);

/// Why an address is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum McpUrlError {
    /// It is no URL.
    #[error("the address of the MCP server is not a URL: {0}")]
    NotUrl(url::ParseError),
    /// It has another scheme, or no host.
    #[error("the address of the MCP server must begin with http:// or https:// and a host")]
    Scheme,
    /// It has a user name or a password.
    #[error(
        "the address of the MCP server holds a user name or a password, which would stand in files; agents send the token in the environment variable QUARRY_TOKEN"
    )]
    UserInformation,
    /// It has a query or a fragment, where tokens are often put.
    #[error(
        "the address of the MCP server has a `?` or `#` part, where a token would stand in files; agents send the token in the environment variable QUARRY_TOKEN"
    )]
    Query,
    /// A part of its path looks like a token.
    #[error(
        "the address of the MCP server has a path whose part {part} of {parts} looks like a token, which would stand in files; use an address without it: agents send the token in the environment variable QUARRY_TOKEN"
    )]
    Token {
        /// Which part, from 1.
        part: usize,
        /// How many parts there are.
        parts: usize,
    },
    /// It has a `$`, which agents expand.
    #[error(
        "the address of the MCP server holds a `$`, which agents would replace by a variable of the environment"
    )]
    Variable,
}

impl McpUrl {
    /// The address, normalised.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for McpUrl {
    type Err = McpUrlError;

    fn from_str(text: &str) -> Result<Self, McpUrlError> {
        let url = Url::parse(text).map_err(McpUrlError::NotUrl)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(McpUrlError::Scheme);
        }
        // An empty user name leaves its `@` in the text alone.
        if !url.username().is_empty() || url.password().is_some() || url.authority().contains('@') {
            return Err(McpUrlError::UserInformation);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(McpUrlError::Query);
        }
        let parts: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        if let Some(part) = parts.iter().position(|part| looks_random(part)) {
            return Err(McpUrlError::Token {
                part: part + 1,
                parts: parts.len(),
            });
        }
        if url.as_str().contains('$') {
            return Err(McpUrlError::Variable);
        }
        Ok(McpUrl(url.into()))
    }
}

/// Whether a part of a path is long and changes its kind of character as often as no name does: a token, an identifier
/// that nobody can guess. Whoever knows such an address needs no other token.
fn looks_random(part: &str) -> bool {
    /// Shorter ones are guessed, or are versions.
    const LONG: usize = 12;
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 3,
        _ => 0,
    };
    let kinds: Vec<u8> = part.bytes().map(kind).collect();
    let letters = kinds.iter().filter(|kind| **kind != 0).count();
    // A capital letter begins a word, as in `ProjectContext`.
    let changes = kinds
        .windows(2)
        .filter(|pair| pair[0] != pair[1] && !pair.contains(&0) && *pair != [2, 3]);
    letters >= LONG && (changes.count() * 5 >= letters || part.split(is_separator).any(is_key))
}

fn is_separator(character: char) -> bool {
    !character.is_ascii_alphanumeric()
}

/// Whether a word is a long hexadecimal number, or in the capital letters and digits of many providers' keys.
fn is_key(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.bytes().any(|byte| kind(&byte));
    let is_hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.len() >= 16
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && (is_hexadecimal || !has(u8::is_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_normalised() {
        let url: McpUrl = "HTTP://LocalHost:8765/mcp".parse().unwrap();
        assert_eq!(url.as_str(), "http://localhost:8765/mcp");
    }

    #[test]
    fn an_address_that_could_carry_a_secret_is_refused() {
        use McpUrlError::{Query, Scheme, UserInformation, Variable};
        let cases = [
            ("localhost:8765/mcp", Scheme),
            ("file:///etc/passwd", Scheme),
            ("http://user@host/", UserInformation),
            ("http://:word@host/", UserInformation),
            ("http://host/?token=x", Query),
            ("http://host/?", Query),
            ("http://host/#x", Query),
            ("http://host/$HOME", Variable),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<McpUrl>(), Err(error), "{text}");
        }
        let error = "localhost".parse::<McpUrl>().unwrap_err();
        assert!(matches!(error, McpUrlError::NotUrl(_)));
    }

    #[test]
    fn a_path_that_holds_a_token_is_refused_without_showing_it() {
        for token in [
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "9f86d081884c7d659a2feaa0c55ad015",
            "deadbeefcafe1234",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "AKIAIOSFODNN7EXAMPLE",
            "sk-ant-api03-Zk3Vb9-Qw7Xn2_Lm5Rt8",
            "bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
            "Zk3Vb9Qw7Xn2",
        ] {
            let error = format!("https://mcp.acme.test/s/{token}/mcp")
                .parse::<McpUrl>()
                .unwrap_err();
            assert_eq!(error, McpUrlError::Token { part: 2, parts: 3 });
            assert!(!error.to_string().contains(token));
        }
    }

    #[test]
    fn a_path_of_names_is_accepted() {
        for path in [
            "mcp",
            "api/v1/projects/legacy-shop-2024/mcp",
            "model-context-protocol",
            "QuarryProjectContextEndpoint",
            "release-2024-11-27-build-1234",
            "Boutique%20en%20ligne%20d%C3%A9monstration",
            "tenants/123456789012/mcp",
        ] {
            let url = format!("https://mcp.acme.test/{path}");
            assert!(url.parse::<McpUrl>().is_ok(), "{url}");
        }
    }

    #[test]
    fn a_line_break_does_not_reach_a_file() {
        let url: McpUrl = "http://host/a\nb\"c{d}".parse().unwrap();
        assert_eq!(url.as_str(), "http://host/ab%22c%7Bd%7D");
    }
}
