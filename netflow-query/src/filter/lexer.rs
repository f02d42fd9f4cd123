//! The words and signs of an expression.

use super::error::FilterError;

/// One word or sign, and its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'e> {
    pub(super) kind: TokenKind<'e>,
    /// The column, in characters from 1.
    pub(super) column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind<'e> {
    /// A keyword, name, number, address or time.
    Word(&'e str),
    /// Text in quotes, which are left out.
    Quoted(&'e str),
    /// `(`, `)`, `[`, `]`, `,`, `!`, `&&`, `||` or a comparison.
    Sign(&'static str),
    /// The end of the expression.
    End,
}

impl<'e> TokenKind<'e> {
    /// The text that stands there.
    pub(super) const fn text(self) -> &'e str {
        match self {
            Self::Word(text) | Self::Quoted(text) | Self::Sign(text) => text,
            Self::End => "",
        }
    }
}

/// Longer ones come before those that they begin with.
const SIGNS: [&str; 16] = [
    "&&", "||", "==", "!=", "<>", "<=", ">=", "=", "<", ">", "!", "(", ")", "[", "]", ",",
];

/// Reads an expression word by word.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'e> {
    rest: &'e str,
    column: usize,
}

impl<'e> Lexer<'e> {
    pub(super) const fn new(text: &'e str) -> Self {
        Self {
            rest: text,
            column: 1,
        }
    }

    /// The next token; after the last one always [`End`](TokenKind::End).
    pub(super) fn next(&mut self) -> Result<Token<'e>, FilterError> {
        let text = self.rest.trim_start();
        let blank = self.rest.len().saturating_sub(text.len());
        self.advance(blank);
        let column = self.column;
        let token = |kind| Token { kind, column };
        let Some(first) = text.chars().next() else {
            return Ok(token(TokenKind::End));
        };
        if let Some(sign) = SIGNS.into_iter().find(|sign| text.starts_with(sign)) {
            self.advance(sign.len());
            return Ok(token(TokenKind::Sign(sign)));
        }
        if first == '"' || first == '\'' {
            self.advance(1);
            let Some((inside, _)) = self.rest.split_once(first) else {
                return Err(FilterError {
                    column,
                    what: alloc::format!("the text that begins here has no closing {first}"),
                    suggestion: None,
                });
            };
            self.advance(inside.len());
            self.advance(1);
            return Ok(token(TokenKind::Quoted(inside)));
        }
        let ends =
            |character: char| character.is_whitespace() || "&|=!<>()[],\"'".contains(character);
        let len = text.find(ends).unwrap_or(text.len());
        // A character alone that begins no sign, such as &.
        let len = len.max(first.len_utf8());
        let word = text.get(..len).unwrap_or(text);
        self.advance(len);
        Ok(token(TokenKind::Word(word)))
    }

    /// Passes over octets, at whose end a character ends.
    fn advance(&mut self, len: usize) {
        let (passed, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.column = self.column.saturating_add(passed.chars().count());
        self.rest = rest;
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{Lexer, TokenKind};

    #[test]
    fn words_end_at_blanks_and_signs() {
        let mut lexer = Lexer::new(" port>=1k and(not src net 2001:db8::/32)&&user='a b'");
        let mut found = Vec::new();
        loop {
            let token = lexer.next().unwrap();
            if token.kind == TokenKind::End {
                break;
            }
            found.push((token.column, token.kind.text()));
        }
        assert_eq!(
            found,
            vec![
                (2, "port"),
                (6, ">="),
                (8, "1k"),
                (11, "and"),
                (14, "("),
                (15, "not"),
                (19, "src"),
                (23, "net"),
                (27, "2001:db8::/32"),
                (40, ")"),
                (41, "&&"),
                (43, "user"),
                (47, "="),
                (48, "a b"),
            ]
        );
    }

    #[test]
    fn columns_count_characters_not_octets() {
        let mut lexer = Lexer::new("'Zürich' x");
        lexer.next().unwrap();
        assert_eq!(lexer.next().unwrap().column, 10);
    }

    #[test]
    fn text_without_a_closing_quote_is_an_error() {
        assert_eq!(Lexer::new("  \"abc").next().unwrap_err().column, 3);
    }
}
