//! Comparisons: what is compared, how, and with what.

mod special;

use alloc::format;
use alloc::string::String;

use netflow_core::field::{FieldType, FlowField};

use self::special::label_index;
use super::COMPARISON;
use super::cursor::{TokenCursor, is_word};
use super::value::{Comparator, ComparedValues};
use crate::filter::condition::{Condition, Rate};
use crate::filter::error::{FilterError, quoted};
use crate::filter::lexer::TokenKind;
use crate::filter::literal;
use crate::filter::program::{ProgramBuilder, ProgramPart};
use crate::filter::ranges::Ranges;
use crate::filter::words::{self, Subject};

/// Which sides of a flow a comparison is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    /// The source, or where the flow came in.
    First,
    /// The destination, or where the flow went out.
    Second,
    /// Either of them.
    Either,
    /// Both of them.
    Both,
}

/// What is compared.
enum Compared {
    One(FlowField),
    Two([FlowField; 2], Sides),
    Rate(Rate),
    /// A label of the list at this place.
    Nth(FlowField, usize),
}

/// Parses a comparison, after which a joining word, a closing parenthesis or the end comes.
/// Comparisons that tcpdump joins without a word, such as `tcp port 80`, are one.
pub(super) fn parse(
    cursor: &mut TokenCursor<'_>,
    builder: &mut ProgramBuilder,
) -> Result<ProgramPart, FilterError> {
    let mut primitive = Primitive { cursor, builder };
    let (mut whole, mut is_alone) = primitive.parse()?;
    while is_alone && matches!(primitive.cursor.token.kind, TokenKind::Word(_)) {
        if primitive.cursor.is_after_comparison() {
            break;
        }
        let (next, is_next_alone) = primitive.parse()?;
        whole = primitive.builder.and(whole, next);
        is_alone = is_next_alone;
    }
    Ok(whole)
}

struct Primitive<'c, 'e> {
    cursor: &'c mut TokenCursor<'e>,
    builder: &'c mut ProgramBuilder,
}

impl Primitive<'_, '_> {
    /// One comparison, and whether it is a single word such as `tcp`.
    fn parse(&mut self) -> Result<(ProgramPart, bool), FilterError> {
        let TokenKind::Word(word) = self.cursor.token.kind else {
            return Err(self.cursor.expected(COMPARISON));
        };
        let word = word.to_ascii_lowercase();
        if let Some(part) = self.alone(&word)? {
            return Ok((part, true));
        }
        let part = match word.as_str() {
            "has" => self.has(),
            "src" | "source" | "dst" | "destination" => self.sided(),
            "in" | "out" | "input" | "output" | "ingress" | "egress" => self.interface_sided(&word),
            "next" | "bgp" => self.next(&word),
            "bgpnext" | "router" | "exporter" | "agent" => self.address_of(&word),
            "mpls" => self.mpls(),
            "ether" => self.ether(),
            "asa" | "event" => self.event(),
            "nat" => self.nat(),
            "observation" => self.observation(),
            "pblock" => self.port_block(),
            _ => self.subject(&word, Sides::Either),
        }?;
        Ok((part, false))
    }

    /// A word that needs no value.
    fn alone(&mut self, word: &str) -> Result<Option<ProgramPart>, FilterError> {
        let condition = match word {
            "any" => Condition::Always,
            // `ip` is the version, unless an address comes after it.
            "ip" if !self.is_before_value() => number(FlowField::IpVersion, 4),
            "mpls" if !self.is_before_label() => Condition::Present(FlowField::MplsLabels),
            "vlan" if !self.is_before_value() => {
                self.cursor.take()?;
                let one = Condition::Present(FlowField::Vlan);
                let other = Condition::Present(FlowField::PostVlan);
                let (one, other) = (self.builder.condition(one), self.builder.condition(other));
                return Ok(Some(self.builder.or(one, other)));
            }
            _ => match words::alone(word) {
                Some((field, value)) => number(field, value),
                None => return Ok(None),
            },
        };
        self.cursor.take()?;
        Ok(Some(self.builder.condition(condition)))
    }

    /// Whether a value or comparison comes after the token.
    fn is_before_value(&self) -> bool {
        match self.cursor.peek() {
            Some(TokenKind::Sign(sign)) => !matches!(sign, ")" | "&&" | "||"),
            Some(TokenKind::Word(word)) => {
                Comparator::by_word(word).is_some()
                    || word.starts_with(|first: char| first.is_ascii_digit())
                    || word.contains(':')
            }
            Some(TokenKind::Quoted(_)) => true,
            Some(TokenKind::End) | None => false,
        }
    }

    fn is_before_label(&self) -> bool {
        let is_label = |token: TokenKind<'_>| {
            is_word(token, "any")
                || matches!(token, TokenKind::Word(word) if label_index(word).is_some())
        };
        self.is_before_value() || self.cursor.peek().is_some_and(is_label)
    }

    /// `has` and a field.
    fn has(&mut self) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        let field = match self.cursor.token.kind {
            TokenKind::Word(word) => match words::subject(&word.to_ascii_lowercase()) {
                _ if word.eq_ignore_ascii_case("vlan") => Some(FlowField::Vlan),
                Some(Subject::Field(field)) => Some(field),
                _ => None,
            },
            _ => None,
        };
        let Some(field) = field else {
            return Err(self.unknown("the name of a field"));
        };
        self.cursor.take()?;
        Ok(self.builder.condition(Condition::Present(field)))
    }

    /// `src` or `dst`, or both of them, and what they are sides of.
    fn sided(&mut self) -> Result<ProgramPart, FilterError> {
        let sides = self.sides()?;
        let TokenKind::Word(word) = self.cursor.token.kind else {
            return Err(self
                .cursor
                .expected("\"ip\", \"net\", \"port\", \"as\", \"mac\", \"vlan\" or \"mask\""));
        };
        let word = word.to_ascii_lowercase();
        match words::subject(&word) {
            Some(_) => self.subject(&word, sides),
            // As in tcpdump an address needs no word before it.
            None if literal::network(&word, None).is_some() => {
                let fields = [FlowField::SourceAddress, FlowField::DestinationAddress];
                self.compare(&Compared::Two(fields, sides), "")
            }
            None => {
                Err(self
                    .unknown("\"ip\", \"net\", \"port\", \"as\", \"mac\", \"vlan\" or \"mask\""))
            }
        }
    }

    fn sides(&mut self) -> Result<Sides, FilterError> {
        let side = |token| {
            if is_word(token, "src") || is_word(token, "source") {
                Some(Sides::First)
            } else if is_word(token, "dst") || is_word(token, "destination") {
                Some(Sides::Second)
            } else {
                None
            }
        };
        let first = side(self.cursor.take()?.kind).unwrap_or(Sides::First);
        let other = self.cursor.peek().and_then(side);
        if other.is_none_or(|other| other == first) {
            return Ok(first);
        }
        let sides = if self.cursor.is_word("or") {
            Sides::Either
        } else if self.cursor.is_word("and") {
            Sides::Both
        } else {
            return Ok(first);
        };
        self.cursor.take()?;
        self.cursor.take()?;
        Ok(sides)
    }

    /// `in` or `out`, and the interface, counter, VLAN or VRF.
    fn interface_sided(&mut self, word: &str) -> Result<ProgramPart, FilterError> {
        let is_in = matches!(word, "in" | "input" | "ingress");
        let sides = if is_in { Sides::First } else { Sides::Second };
        self.cursor.take()?;
        let word = match self.cursor.token.kind {
            TokenKind::Word(word) => word.to_ascii_lowercase(),
            _ => String::new(),
        };
        let counter = match word.as_str() {
            "if" | "interface" | "vlan" | "vrf" => return self.subject(&word, sides),
            "bytes" | "octets" if is_in => FlowField::Octets,
            "bytes" | "octets" => FlowField::ReverseOctets,
            "packets" if is_in => FlowField::Packets,
            "packets" => FlowField::ReversePackets,
            _ => {
                let what = "\"if\", \"vlan\", \"vrf\", \"bytes\" or \"packets\"";
                return Err(self.cursor.expected(what));
            }
        };
        self.cursor.take()?;
        self.compare(&Compared::One(counter), &word)
    }

    /// A word of the table, or the name of a field.
    fn subject(&mut self, word: &str, sides: Sides) -> Result<ProgramPart, FilterError> {
        let Some(subject) = words::subject(word) else {
            return Err(self.unknown(COMPARISON));
        };
        let compared = match subject {
            Subject::Sides(first, second) => Compared::Two([first, second], sides),
            Subject::Field(field) if sides == Sides::Either => Compared::One(field),
            // nfdump has two of them.
            Subject::Field(field @ FlowField::Tos) if sides == Sides::First => Compared::One(field),
            Subject::Rate(rate) if sides == Sides::Either => Compared::Rate(rate),
            _ => {
                let what = format!(
                    "{} is of no side: leave out the word before it",
                    quoted(word)
                );
                return Err(self.cursor.error(what));
            }
        };
        self.cursor.take()?;
        self.compare(&compared, word)
    }

    /// Reads the comparator and the values after it. `word` names what is compared.
    fn compare(&mut self, compared: &Compared, word: &str) -> Result<ProgramPart, FilterError> {
        let kind = compared.kind();
        if let (Compared::One(field), FieldType::Flag) = (compared, kind) {
            if self.cursor.is_after_comparison() {
                return Ok(self.builder.condition(Condition::Flag(*field, true)));
            }
        }
        if word == "flags" {
            if let TokenKind::Word(letters) = self.cursor.token.kind {
                if let Some(flags) = words::flags(letters) {
                    self.cursor.take()?;
                    let all = Condition::Bits(FlowField::TcpFlags, flags);
                    return Ok(self.builder.condition(all));
                }
            }
        }
        let column = self.cursor.clone();
        let comparator = Comparator::take(self.cursor)?;
        let is_either = matches!(compared, Compared::Two(_, Sides::Either));
        if comparator == Comparator::NotEqual && is_either {
            let what = "either side of a flow may differ from it: write \"not\" before the comparison, or \"src\" or \"dst\"";
            return Err(column.error(what).suggest(format!("not {word} …")));
        }
        let is_net = word.ends_with("net");
        let values =
            ComparedValues::take(self.cursor, compared.field(), kind, (comparator, is_net))?;
        Ok(match compared {
            Compared::Two([first, second], sides) => {
                let is_first = *sides != Sides::Second;
                let one =
                    self.condition(if is_first { first } else { second }, comparator, &values);
                match sides {
                    Sides::First | Sides::Second => one,
                    Sides::Either => {
                        let other = self.condition(second, comparator, &values);
                        self.builder.or(one, other)
                    }
                    Sides::Both => {
                        let other = self.condition(second, comparator, &values);
                        self.builder.and(one, other)
                    }
                }
            }
            Compared::One(field) => self.condition(field, comparator, &values),
            Compared::Nth(field, index) => {
                let ranges = Ranges::new(values.numbers);
                let nth = Condition::Nth(*field, *index, ranges);
                let part = self.builder.condition(nth);
                self.unless(
                    comparator,
                    part,
                    Condition::Nth(*field, *index, everything()),
                )
            }
            Compared::Rate(rate) => {
                let part = self
                    .builder
                    .condition(Condition::Rate(*rate, Ranges::new(values.numbers)));
                self.unless(comparator, part, Condition::Rate(*rate, everything()))
            }
        })
    }

    /// The comparison of one field.
    fn condition(
        &mut self,
        field: &FlowField,
        comparator: Comparator,
        values: &ComparedValues,
    ) -> ProgramPart {
        let mut any: Option<ProgramPart> = None;
        for condition in values.conditions(*field) {
            let part = self.builder.condition(condition);
            any = Some(match any {
                Some(any) => self.builder.or(any, part),
                None => part,
            });
        }
        let part = match any {
            Some(part) => part,
            // An empty list.
            None => ProgramBuilder::not(self.builder.condition(Condition::Always)),
        };
        self.unless(comparator, part, Condition::Present(*field))
    }

    /// For `!=`, the negated comparison, and only where the field is present.
    fn unless(
        &mut self,
        comparator: Comparator,
        part: ProgramPart,
        is_there: Condition,
    ) -> ProgramPart {
        if comparator != Comparator::NotEqual {
            return part;
        }
        let is_there = self.builder.condition(is_there);
        self.builder.and(ProgramBuilder::not(part), is_there)
    }

    /// A word that is not one of the language.
    fn unknown(&self, expected: &str) -> FilterError {
        let TokenKind::Word(word) = self.cursor.token.kind else {
            return self.cursor.expected(expected);
        };
        let lower = word.to_ascii_lowercase();
        if literal::network(word, None).is_some_and(|_| word.contains(['.', ':'])) {
            let what = format!("{} needs to be said what it is", quoted(word));
            return self.cursor.error(what).suggest(format!("host {word}"));
        }
        if literal::number(word).is_some() {
            return self
                .cursor
                .expected(expected)
                .suggest(format!("port {}", word.trim()));
        }
        if words::subject(&lower).is_some() || words::alone(&lower).is_some() {
            return self.cursor.expected(expected);
        }
        let what = format!("{} is neither a keyword nor a field", quoted(word));
        let error = self.cursor.error(what);
        match words::suggestion(&lower) {
            Some(suggestion) => error.suggest(suggestion),
            None => error,
        }
    }
}

impl Compared {
    /// The field that determines how values are written; the first if there are two.
    const fn field(&self) -> Option<FlowField> {
        match self {
            Self::One(field) | Self::Nth(field, _) | Self::Two([field, _], _) => Some(*field),
            Self::Rate(_) => None,
        }
    }

    const fn kind(&self) -> FieldType {
        match self.field() {
            Some(field) => field.field_type(),
            None => FieldType::U64,
        }
    }
}

fn number(field: FlowField, value: u64) -> Condition {
    Condition::Numbers(field, Ranges::new([(value, value)].into()))
}

fn everything() -> Ranges<u64> {
    Ranges::new([(0, u64::MAX)].into())
}
