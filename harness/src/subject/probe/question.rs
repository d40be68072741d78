//! How the SP is asked who is signed in.

use thiserror::Error;

use super::rule::{IdentityRule, RuleError};
use crate::{
    config,
    driver::{Target, TokenError, TokenHeader, TokenSource},
};

/// How the SP is asked who is signed in.
#[derive(Clone, Debug)]
pub struct Question {
    /// The page or API that is asked; none where the token itself says who.
    pub url: Option<String>,
    /// Where the identity stands.
    pub identity: IdentityRule,
    /// What is asked before, in this order.
    pub before: Vec<String>,
    /// The token that goes with the question.
    pub token: Option<Carried>,
    /// What the page shows only after a while.
    pub wait_for: Option<Target>,
}

/// A token and the header that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Where it is found.
    pub source: TokenSource,
    /// The header.
    pub header: TokenHeader,
}

/// A probe that cannot be meant.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum QuestionError {
    /// Its identity.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Its token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// What it waits for.
    #[error("{0}")]
    Target(String),
}

impl Question {
    /// Asks a page with a session's cookies.
    pub fn page(url: &str, identity: IdentityRule) -> Self {
        Self {
            url: Some(url.to_owned()),
            identity,
            before: Vec::new(),
            token: None,
            wait_for: None,
        }
    }

    /// As it is configured.
    ///
    /// # Errors
    ///
    /// [`QuestionError`] for a value that cannot be read.
    pub fn of(probe: &config::Probe) -> Result<Self, QuestionError> {
        let token = match &probe.token {
            None => None,
            Some(source) => Some(Carried {
                source: source.parse()?,
                header: probe
                    .header
                    .as_deref()
                    .map_or_else(|| Ok(TokenHeader::default()), str::parse)?,
            }),
        };
        let wait_for = probe.wait_for.as_deref().map(str::parse).transpose();
        Ok(Self {
            url: probe.url.clone(),
            identity: probe
                .identity
                .as_deref()
                .map_or(Ok(IdentityRule::Anywhere), str::parse)?,
            before: probe.before.clone(),
            token,
            wait_for: wait_for.map_err(QuestionError::Target)?,
        })
    }

    /// What is asked, for people.
    pub fn place(&self) -> &str {
        self.url.as_deref().unwrap_or("the token")
    }

    /// The headers that go with it. A script's question to an API takes any answer, a page's is one of HTML.
    pub(super) fn headers(&self, token: Option<&str>) -> Vec<(String, String)> {
        let Some(carried) = &self.token else {
            return Vec::new();
        };
        let accept = (
            "Accept".to_owned(),
            "application/json, text/plain, */*".to_owned(),
        );
        let carries = token.map(|token| carried.header.with(token));
        let accept = self.wait_for.is_none().then_some(accept);
        accept.into_iter().chain(carries).collect()
    }
}
