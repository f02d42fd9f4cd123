//! Expressions: comparisons joined by `and`, `or`, `not` and parentheses.

mod cursor;
mod primitive;
mod value;

use alloc::vec::Vec;

use self::cursor::TokenCursor;
use super::error::FilterError;
use super::lexer::TokenKind;
use super::program::{Program, ProgramBuilder, ProgramPart};

/// What an expression is made of, in messages.
const COMPARISON: &str = "a comparison, such as \"port 443\"";

/// Parses a whole expression.
pub(super) fn parse(text: &str) -> Result<Program, FilterError> {
    let mut parser = Parser {
        cursor: TokenCursor::new(text)?,
        builder: ProgramBuilder::default(),
        operators: Vec::new(),
        operands: Vec::new(),
    };
    parser.expression()?;
    match parser.operands.pop() {
        Some(whole) => Ok(parser.builder.finish(whole)),
        None => Err(parser.cursor.expected(COMPARISON)),
    }
}

/// Reads from left to right, with what is not finished yet on two stacks: expressions may be nested
/// as deep as they are long, and a function that called itself would run out of stack.
struct Parser<'e> {
    cursor: TokenCursor<'e>,
    builder: ProgramBuilder,
    operators: Vec<Operator>,
    operands: Vec<ProgramPart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Not,
    And,
    Or,
    /// A parenthesis in this column.
    Open(usize),
}

impl Parser<'_> {
    fn expression(&mut self) -> Result<(), FilterError> {
        loop {
            self.operand()?;
            loop {
                if self.cursor.take_sign(")")? {
                    self.close()?;
                    continue;
                }
                if self.cursor.take_any(&["and", "&&"])? {
                    self.join(Operator::And);
                } else if self.cursor.take_any(&["or", "||"])? {
                    self.join(Operator::Or);
                } else {
                    return self.end();
                }
                break;
            }
        }
    }

    /// One comparison, after any number of `not` and opening parentheses.
    fn operand(&mut self) -> Result<(), FilterError> {
        loop {
            let column = self.cursor.token.column;
            if self.cursor.take_sign("(")? {
                self.operators.push(Operator::Open(column));
            } else if self.cursor.take_any(&["not", "!"])? {
                self.operators.push(Operator::Not);
            } else {
                break;
            }
        }
        let part = primitive::parse(&mut self.cursor, &mut self.builder)?;
        self.push(part);
        Ok(())
    }

    /// Adds a complete operand, negated by each `not` before it.
    fn push(&mut self, mut part: ProgramPart) {
        while self.operators.last() == Some(&Operator::Not) {
            self.operators.pop();
            part = ProgramBuilder::not(part);
        }
        self.operands.push(part);
    }

    /// Adds an operator, after reducing the operators before it that bind at least as tightly.
    fn join(&mut self, operator: Operator) {
        self.reduce(operator == Operator::Or);
        self.operators.push(operator);
    }

    fn close(&mut self) -> Result<(), FilterError> {
        self.reduce(true);
        match (self.operators.pop(), self.operands.pop()) {
            (Some(Operator::Open(_)), Some(part)) => {
                self.push(part);
                Ok(())
            }
            _ => Err(self
                .cursor
                .error_before("there is no opening parenthesis for this one")),
        }
    }

    fn end(&mut self) -> Result<(), FilterError> {
        if self.cursor.token.kind != TokenKind::End {
            return Err(self.cursor.expected("\"and\", \"or\" or the end"));
        }
        self.reduce(true);
        match self.operators.pop() {
            Some(Operator::Open(column)) => Err(FilterError {
                column,
                what: "this parenthesis is not closed".into(),
                suggestion: None,
            }),
            _ => Ok(()),
        }
    }

    /// Joins the operands of each `and` since the last parenthesis and, if wanted, of each `or`.
    fn reduce(&mut self, with_or: bool) {
        while let Some(operator) = self.operators.last().copied() {
            if operator != Operator::And && !(with_or && operator == Operator::Or) {
                return;
            }
            let (Some(second), Some(first)) = (self.operands.pop(), self.operands.pop()) else {
                return;
            };
            self.operators.pop();
            self.operands.push(if operator == Operator::And {
                self.builder.and(first, second)
            } else {
                self.builder.or(first, second)
            });
        }
    }
}
