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
        if url.as_str().contains('$') {
            return Err(McpUrlError::Variable);
        }
        Ok(McpUrl(url.into()))
    }
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
    fn a_line_break_does_not_reach_a_file() {
        let url: McpUrl = "http://host/a\nb\"c{d}".parse().unwrap();
        assert_eq!(url.as_str(), "http://host/ab%22c%7Bd%7D");
    }
}
