//! Comparators, and the values after them.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use netflow_core::field::{FieldType, FlowField};
use netflow_core::value::MacAddress;

use super::cursor::TokenCursor;
use crate::filter::condition::{Application, Condition, Networks};
use crate::filter::error::{FilterError, quoted};
use crate::filter::lexer::TokenKind;
use crate::filter::literal;
use crate::filter::ranges::Ranges;
use crate::filter::suggest;
use crate::filter::time;
use crate::filter::words;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

impl Comparator {
    /// nfdump's spelling for shells.
    pub(super) fn by_word(word: &str) -> Option<Self> {
        let words = [
            ("eq", Self::Equal),
            ("ne", Self::NotEqual),
            ("lt", Self::Less),
            ("le", Self::LessOrEqual),
            ("gt", Self::Greater),
            ("ge", Self::GreaterOrEqual),
            ("in", Self::In),
        ];
        let mut words = words.into_iter();
        let found = words.find(|(name, _)| name.eq_ignore_ascii_case(word));
        found.map(|(_, comparator)| comparator)
    }

    fn by_sign(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" | "==" => Self::Equal,
            "!=" | "<>" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The comparator that is there; equality if there is none.
    pub(super) fn take(cursor: &mut TokenCursor<'_>) -> Result<Self, FilterError> {
        let comparator = match cursor.token.kind {
            TokenKind::Sign(sign) => Self::by_sign(sign),
            TokenKind::Word(word) => Self::by_word(word),
            TokenKind::Quoted(_) | TokenKind::End => None,
        };
        match comparator {
            Some(comparator) => {
                cursor.take()?;
                Ok(comparator)
            }
            None => Ok(Self::Equal),
        }
    }

    const fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual | Self::In)
    }

    /// The range of values for which the comparison with this value is true.
    fn range<T: Copy>(
        self,
        value: T,
        (least, most): (T, T),
        step: fn(T, i8) -> Option<T>,
    ) -> Option<(T, T)> {
        match self {
            Self::Equal | Self::NotEqual | Self::In => Some((value, value)),
            Self::Less => Some((least, step(value, -1)?)),
            Self::LessOrEqual => Some((least, value)),
            Self::Greater => Some((step(value, 1)?, most)),
            Self::GreaterOrEqual => Some((value, most)),
        }
    }
}

/// What a field is compared with: any of these.
#[derive(Debug, Clone, Default)]
pub(super) struct ComparedValues {
    pub(super) numbers: Vec<(u64, u64)>,
    addresses: Option<Vec<(IpAddr, IpAddr)>>,
    nanos: Option<Vec<(i64, i64)>>,
    exact: Vec<Exact>,
}

/// A value that has no order.
#[derive(Debug, Clone)]
enum Exact {
    Mac(MacAddress),
    Flag(bool),
    Octets(Box<[u8]>),
    Application(Application),
}

/// How the values of a comparison are read.
struct ValueReader<'c, 'e> {
    cursor: &'c mut TokenCursor<'e>,
    /// The field; none for a rate.
    field: Option<FlowField>,
    kind: FieldType,
    comparator: Comparator,
    /// A mask may come after an address.
    with_mask: bool,
    values: ComparedValues,
}

impl ComparedValues {
    /// Reads a value, or after `in` a list of them.
    pub(super) fn take(
        cursor: &mut TokenCursor<'_>,
        field: Option<FlowField>,
        kind: FieldType,
        (comparator, with_mask): (Comparator, bool),
    ) -> Result<Self, FilterError> {
        let mut reader = ValueReader {
            cursor,
            field,
            kind,
            comparator,
            with_mask,
            values: Self::default(),
        };
        if comparator == Comparator::In && reader.cursor.take_sign("[")? {
            loop {
                while reader.cursor.take_sign(",")? {}
                if reader.cursor.take_sign("]")? {
                    break;
                }
                if reader.cursor.token.kind == TokenKind::End {
                    return Err(reader.cursor.expected("\"]\" after the last value"));
                }
                reader.value()?;
            }
        } else {
            reader.value()?;
        }
        Ok(reader.values)
    }

    /// The conditions on this field; a flow matches if any of them is true.
    pub(super) fn conditions(&self, field: FlowField) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if !self.numbers.is_empty() {
            conditions.push(Condition::Numbers(field, Ranges::new(self.numbers.clone())));
        }
        if let Some(addresses) = &self.addresses {
            conditions.push(Condition::Addresses(field, networks(addresses)));
        }
        if let Some(nanos) = &self.nanos {
            conditions.push(Condition::Nanos(field, Ranges::new(nanos.clone())));
        }
        conditions.extend(self.exact.iter().map(|exact| match exact {
            Exact::Mac(address) => Condition::Mac(field, *address),
            Exact::Flag(flag) => Condition::Flag(field, *flag),
            Exact::Octets(octets) => Condition::Octets(field, octets.clone()),
            Exact::Application(application) => Condition::Application(field, *application),
        }));
        conditions
    }
}

fn networks(ranges: &[(IpAddr, IpAddr)]) -> Networks {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for range in ranges {
        match range {
            (IpAddr::V4(first), IpAddr::V4(last)) => v4.push((first.to_bits(), last.to_bits())),
            (IpAddr::V6(first), IpAddr::V6(last)) => v6.push((first.to_bits(), last.to_bits())),
            _ => {}
        }
    }
    Networks {
        v4: Ranges::new(v4),
        v6: Ranges::new(v6),
    }
}

impl ValueReader<'_, '_> {
    fn value(&mut self) -> Result<(), FilterError> {
        let word = match self.cursor.token.kind {
            TokenKind::Word(word) | TokenKind::Quoted(word) => word,
            TokenKind::Sign(_) | TokenKind::End => {
                return Err(self.cursor.expected(self.expected()));
            }
        };
        if self.comparator.is_order() && !self.has_order() {
            return Err(self.cursor.error(format!(
                "{} has no order: use =, != or in",
                self.field.map_or("it", FlowField::name)
            )));
        }
        match self.kind {
            FieldType::Time => self.nanos(time::time(word)),
            FieldType::Duration => self.nanos(literal::duration(word)),
            FieldType::Address => return self.address(word),
            FieldType::Mac => self.exact(literal::mac(word).map(Exact::Mac)),
            FieldType::Flag => self.exact(flag(word).map(Exact::Flag)),
            FieldType::Application => {
                self.exact(literal::application(word).map(Exact::Application))
            }
            FieldType::Octets => {
                let octets = literal::octets(word);
                self.exact(octets.map(|octets| Exact::Octets(octets.into())))
            }
            FieldType::Text => self.exact(Some(Exact::Octets(word.as_bytes().into()))),
            FieldType::Name => self.name(word),
            _ => self.number(word),
        }?;
        self.cursor.take()?;
        Ok(())
    }

    const fn has_order(&self) -> bool {
        matches!(
            self.kind,
            FieldType::Time
                | FieldType::Duration
                | FieldType::U8
                | FieldType::U16
                | FieldType::U32
                | FieldType::U64
                | FieldType::Numbers
        )
    }

    fn nanos(&mut self, nanos: Option<i64>) -> Result<(), FilterError> {
        let Some(nanos) = nanos else {
            return Err(self.no_value());
        };
        let step = |value: i64, by: i8| value.checked_add(i64::from(by));
        let range = self.comparator.range(nanos, (i64::MIN, i64::MAX), step);
        self.values.nanos.get_or_insert_default().extend(range);
        Ok(())
    }

    fn exact(&mut self, value: Option<Exact>) -> Result<(), FilterError> {
        let Some(value) = value else {
            return Err(self.no_value());
        };
        self.values.exact.push(value);
        Ok(())
    }

    fn name(&mut self, word: &str) -> Result<(), FilterError> {
        let names = self.field.map(FlowField::value_names).unwrap_or_default();
        let lower = word.to_ascii_lowercase();
        match names.iter().find(|name| **name == lower) {
            Some(name) => self.exact(Some(Exact::Octets(name.as_bytes().into()))),
            None => {
                let field = self.field.map_or("", FlowField::name);
                let what = format!("{} is none of the words of {field}", quoted(word));
                let error = self.cursor.error(what);
                Err(match suggest::nearest(&lower, names.iter().copied()) {
                    Some(name) => error.suggest(name),
                    None => error,
                })
            }
        }
    }

    fn address(&mut self, word: &str) -> Result<(), FilterError> {
        let invalid = self.no_value();
        self.cursor.take()?;
        let is_mask =
            |token| matches!(token, TokenKind::Word(word) if word.parse::<Ipv4Addr>().is_ok());
        let mut mask = None;
        if self.with_mask && self.comparator != Comparator::In {
            let has_word = self.cursor.take_word("mask")?;
            if has_word || is_mask(self.cursor.token.kind) {
                mask = Some(self.cursor.take()?.kind.text());
            }
        }
        match literal::network(word, mask) {
            Some(range) => {
                self.values.addresses.get_or_insert_default().push(range);
                Ok(())
            }
            None if mask.is_some() && literal::network(word, None).is_some() => Err(self
                .cursor
                .error_before("this is not a mask: its ones have to come before its zeros")),
            None => Err(invalid),
        }
    }

    fn number(&mut self, word: &str) -> Result<(), FilterError> {
        let most = self.most();
        if let Some(number) = literal::number(word) {
            self.limit(number, most)?;
            self.values.numbers.extend(self.range(number));
            return self.keep_empty();
        }
        let (low, high) = word.split_once('-').unwrap_or_default();
        if let (Some(low), Some(high)) = (literal::number(low), literal::number(high)) {
            self.limit(low.max(high), most)?;
            if low > high || self.comparator.is_order() {
                let what = if low > high {
                    "the range begins above its end"
                } else {
                    "a range can be equal or not: use = or in"
                };
                return Err(self.cursor.error(what));
            }
            self.values.numbers.push((low, high));
            return Ok(());
        }
        let lower = word.to_ascii_lowercase();
        let named = self.field.and_then(|field| words::numbers(field, &lower));
        if let Some(named) = named {
            let mut ranges = Vec::new();
            named.for_each(|number| ranges.extend(self.range(number)));
            self.values.numbers.append(&mut ranges);
            return self.keep_empty();
        }
        let community = literal::community(word).filter(|_| self.kind == FieldType::Numbers);
        match community {
            Some(community) => {
                self.values.numbers.extend(self.range(community));
                self.keep_empty()
            }
            None => Err(self.no_value()),
        }
    }

    fn range(&self, number: u64) -> Option<(u64, u64)> {
        let step = |value: u64, by: i8| value.checked_add_signed(i64::from(by));
        self.comparator.range(number, (0, u64::MAX), step)
    }

    /// Adds an empty range if there is none, for comparisons that no number satisfies, such as below 0.
    fn keep_empty(&mut self) -> Result<(), FilterError> {
        if self.values.numbers.is_empty() {
            self.values.numbers.push((1, 0));
        }
        Ok(())
    }

    /// The largest number of the field.
    const fn most(&self) -> u64 {
        match self.kind {
            FieldType::U8 => 0xff,
            FieldType::U16 => 0xffff,
            FieldType::U32 | FieldType::Numbers => 0xffff_ffff,
            _ => u64::MAX,
        }
    }

    fn limit(&self, number: u64, most: u64) -> Result<(), FilterError> {
        if number <= most {
            return Ok(());
        }
        let field = self.field.map_or("it", FlowField::name);
        Err(self
            .cursor
            .error(format!("{number} is too large: {field} is at most {most}")))
    }

    /// The token is not a value of the field.
    fn no_value(&self) -> FilterError {
        let error = self.cursor.expected(self.expected());
        let word = self.cursor.token.kind.text();
        let is_number = literal::number(word).is_some();
        match self.kind {
            FieldType::Duration if is_number => error.suggest(format!("{word}ms")),
            FieldType::U8 if self.field == Some(FlowField::Protocol) => {
                let names = [
                    "tcp", "udp", "icmp", "icmp6", "gre", "esp", "sctp", "ospf", "igmp",
                ];
                match suggest::nearest(&word.to_ascii_lowercase(), names.into_iter()) {
                    Some(name) => error.suggest(name),
                    None => error,
                }
            }
            _ => error,
        }
    }

    /// The values that the field can have.
    const fn expected(&self) -> &'static str {
        match self.kind {
            FieldType::Time => "a time, such as 2026-11-29T10:00",
            FieldType::Duration => "a duration with its unit, such as 5s or 20ms",
            FieldType::Address => "an address or a network, such as 192.0.2.1 or 10.0.0.0/8",
            FieldType::Mac => "a MAC address, such as 02:00:00:00:00:1f",
            FieldType::Flag => "true or false",
            FieldType::Application => "an application, such as 13:80",
            FieldType::Octets => "octets in hex, such as 0a1f",
            FieldType::Text => "a text, such as \"core 1\"",
            FieldType::Name => "a word",
            _ => match self.field {
                Some(FlowField::Protocol) => "a protocol, such as tcp or 6",
                Some(FlowField::TcpFlags) => "flags, such as SA or 0x12",
                Some(FlowField::FirewallEvent) => {
                    "an event: ignore, create, delete, denied, alert, update or its number"
                }
                Some(FlowField::NatEvent) => "an event: create, delete or its number",
                _ => "a number, such as 443 or 1.5M",
            },
        }
    }
}

fn flag(word: &str) -> Option<bool> {
    match () {
        () if word.eq_ignore_ascii_case("true") => Some(true),
        () if word.eq_ignore_ascii_case("false") => Some(false),
        () => None,
    }
}
