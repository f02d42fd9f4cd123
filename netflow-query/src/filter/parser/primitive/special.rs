//! Comparisons of several words: next hops, MPLS, Ethernet, events, translation.

use netflow_core::field::FlowField;

use super::{Compared, Primitive, Sides, number};
use crate::filter::error::FilterError;
use crate::filter::lexer::TokenKind;
use crate::filter::parser::COMPARISON;
use crate::filter::parser::cursor::is_word;
use crate::filter::program::ProgramPart;
use crate::filter::words::{self, Subject};

impl Primitive<'_, '_> {
    /// `next ip`, `next as`, `bgp next ip`.
    pub(super) fn next(&mut self, word: &str) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        let is_bgp = word == "bgp";
        if is_bgp && !self.cursor.take_word("next")? {
            return Err(self.cursor.expected("\"next\""));
        }
        let field = if self.cursor.take_word("as")? {
            FlowField::NextAs
        } else if !self.cursor.take_any(&["ip", "host", "net"])? {
            return Err(self.cursor.expected("\"ip\", \"net\" or \"as\""));
        } else if is_bgp {
            FlowField::BgpNextHop
        } else {
            FlowField::NextHop
        };
        self.compare(&Compared::One(field), "")
    }

    /// A field of addresses, after which `ip` may stand.
    pub(super) fn address_of(&mut self, word: &str) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        self.cursor.take_any(&["ip", "host", "net"])?;
        match words::subject(word) {
            Some(Subject::Field(field)) => self.compare(&Compared::One(field), word),
            _ => Err(self.cursor.expected(COMPARISON)),
        }
    }

    /// `mpls any 24001`, `mpls label2 24001`, `mpls 24001` for the top label.
    pub(super) fn mpls(&mut self) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        let field = FlowField::MplsLabels;
        if self.cursor.take_word("any")? {
            return self.compare(&Compared::One(field), "");
        }
        let index = match self.cursor.token.kind {
            TokenKind::Word(word) => label_index(word),
            _ => None,
        };
        if index.is_some() {
            self.cursor.take()?;
        }
        self.compare(&Compared::Nth(field, index.unwrap_or(0)), "")
    }

    /// `ether host`, `ether src`, `ether dst`, as in tcpdump.
    pub(super) fn ether(&mut self) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        let sides = if self.cursor.take_any(&["src", "source"])? {
            Sides::First
        } else if self.cursor.take_any(&["dst", "destination"])? {
            Sides::Second
        } else if self.cursor.take_word("host")? {
            Sides::Either
        } else {
            return Err(self.cursor.expected("\"host\", \"src\" or \"dst\""));
        };
        let fields = [FlowField::SourceMac, FlowField::DestinationMac];
        self.compare(&Compared::Two(fields, sides), "")
    }

    /// `event denied`, and nfdump's `asa event deny`, `asa event denied ingress`, `asa xevent`.
    pub(super) fn event(&mut self) -> Result<ProgramPart, FilterError> {
        if self.cursor.take_word("asa")? && self.cursor.take_word("xevent")? {
            return self.compare(&Compared::One(FlowField::FirewallExtendedEvent), "");
        }
        if !self.cursor.take_word("event")? {
            return Err(self.cursor.expected("\"event\" or \"xevent\""));
        }
        let is_denied = self.cursor.is_word("denied");
        let event = self.compare(&Compared::One(FlowField::FirewallEvent), "")?;
        let TokenKind::Word(word) = self.cursor.token.kind else {
            return Ok(event);
        };
        let reason = words::denial_reason(&word.to_ascii_lowercase());
        let Some(reason) = reason.filter(|_| is_denied) else {
            return Ok(event);
        };
        self.cursor.take()?;
        let reason = number(FlowField::FirewallExtendedEvent, reason);
        let reason = self.builder.condition(reason);
        Ok(self.builder.and(event, reason))
    }

    /// `nat event create`, and addresses and ports after translation.
    pub(super) fn nat(&mut self) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        if self.cursor.take_word("event")? {
            return self.compare(&Compared::One(FlowField::NatEvent), "");
        }
        let sides = match self.cursor.token.kind {
            token if is_word(token, "src") || is_word(token, "dst") => self.sides()?,
            _ => Sides::Either,
        };
        let fields = if self.cursor.take_any(&["ip", "host", "net"])? {
            [
                FlowField::PostNatSourceAddress,
                FlowField::PostNatDestinationAddress,
            ]
        } else if self.cursor.take_word("port")? {
            [
                FlowField::PostNatSourcePort,
                FlowField::PostNatDestinationPort,
            ]
        } else {
            return Err(self.cursor.expected("\"event\", \"ip\" or \"port\""));
        };
        self.compare(&Compared::Two(fields, sides), "")
    }

    /// nfdump's `observation domain id`.
    pub(super) fn observation(&mut self) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        if !self.cursor.take_word("domain")? {
            return Err(self.cursor.expected("\"domain\""));
        }
        self.cursor.take_word("id")?;
        self.compare(&Compared::One(FlowField::ObservationDomain), "")
    }

    /// nfdump's `pblock start`, `pblock end`, `pblock step`.
    pub(super) fn port_block(&mut self) -> Result<ProgramPart, FilterError> {
        self.cursor.take()?;
        let fields = [
            ("start", FlowField::NatPortBlockStart),
            ("end", FlowField::NatPortBlockEnd),
            ("step", FlowField::NatPortBlockStep),
            ("size", FlowField::NatPortBlockSize),
        ];
        for (word, field) in fields {
            if self.cursor.take_word(word)? {
                return self.compare(&Compared::One(field), "");
            }
        }
        Err(self
            .cursor
            .expected("\"start\", \"end\", \"step\" or \"size\""))
    }
}

/// `label1` to `label10`, from 0.
pub(super) fn label_index(word: &str) -> Option<usize> {
    let digits = word.get(5..).filter(|_| {
        let label = word.get(..5);
        label.is_some_and(|label| label.eq_ignore_ascii_case("label"))
    })?;
    let index: usize = digits.parse().ok()?;
    (1..=10).contains(&index).then(|| index.saturating_sub(1))
}
