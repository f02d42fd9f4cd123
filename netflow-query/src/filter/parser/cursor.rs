//! The token that is read next, and the errors about it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use crate::filter::error::{FilterError, quoted};
use crate::filter::lexer::{Lexer, Token, TokenKind};

/// Where a parser is in its expression.
#[derive(Debug, Clone)]
pub(super) struct TokenCursor<'e> {
    lexer: Lexer<'e>,
    pub(super) token: Token<'e>,
    /// Column of the token before.
    before: usize,
}

impl<'e> TokenCursor<'e> {
    pub(super) fn new(text: &'e str) -> Result<Self, FilterError> {
        let mut lexer = Lexer::new(text);
        Ok(Self {
            token: lexer.next()?,
            lexer,
            before: 1,
        })
    }

    /// Passes over the token, and returns it.
    pub(super) fn take(&mut self) -> Result<Token<'e>, FilterError> {
        let next = self.lexer.next()?;
        self.before = self.token.column;
        Ok(core::mem::replace(&mut self.token, next))
    }

    /// The token after this one, if the expression is well-formed until there.
    pub(super) fn peek(&self) -> Option<TokenKind<'e>> {
        let token = self.lexer.clone().next();
        token.ok().map(|token| token.kind)
    }

    /// Whether the token is this keyword, in upper or lower case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        is_word(self.token.kind, word)
    }

    /// Passes over this keyword, if it is there.
    pub(super) fn take_word(&mut self, word: &str) -> Result<bool, FilterError> {
        let is_there = self.is_word(word);
        if is_there {
            self.take()?;
        }
        Ok(is_there)
    }

    /// Passes over this sign, if it is there.
    pub(super) fn take_sign(&mut self, sign: &str) -> Result<bool, FilterError> {
        let is_there = matches!(self.token.kind, TokenKind::Sign(there) if there == sign);
        if is_there {
            self.take()?;
        }
        Ok(is_there)
    }

    /// Passes over one of these keywords or signs, if it is there.
    pub(super) fn take_any(&mut self, words: &[&str]) -> Result<bool, FilterError> {
        for word in words {
            if self.take_word(word)? || self.take_sign(word)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a comparison is complete before the token.
    pub(super) fn is_after_comparison(&self) -> bool {
        match self.token.kind {
            TokenKind::End => true,
            TokenKind::Sign(sign) => matches!(sign, ")" | "&&" | "||"),
            TokenKind::Word(_) => self.is_word("and") || self.is_word("or"),
            TokenKind::Quoted(_) => false,
        }
    }

    /// Something else was expected here.
    pub(super) fn expected(&self, what: &str) -> FilterError {
        let found = match self.token.kind {
            TokenKind::End => Cow::Borrowed("the end"),
            kind => quoted(kind.text()).into(),
        };
        self.error(format!("expected {what}, found {found}"))
    }

    /// What is wrong with the token.
    pub(super) fn error(&self, what: impl Into<String>) -> FilterError {
        FilterError {
            column: self.token.column,
            what: what.into(),
            suggestion: None,
        }
    }

    /// What is wrong with the token before.
    pub(super) fn error_before(&self, what: impl Into<String>) -> FilterError {
        FilterError {
            column: self.before,
            ..self.error(what)
        }
    }
}

/// Whether a token is this keyword, in upper or lower case.
pub(super) fn is_word(token: TokenKind<'_>, word: &str) -> bool {
    matches!(token, TokenKind::Word(there) if there.eq_ignore_ascii_case(word))
}

impl FilterError {
    pub(super) fn suggest(self, suggestion: impl Into<Cow<'static, str>>) -> Self {
        Self {
            suggestion: Some(suggestion.into()),
            ..self
        }
    }
}
