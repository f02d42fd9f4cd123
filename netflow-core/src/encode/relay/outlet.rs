//! The messages that one message is forwarded as.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::convert::{Action, Conversion, More, is_template_id};
use super::list::ListRewriter;
use super::stream::{RelayDomain, TemplateIndex};
use super::{RelayLimits, RelayStats};
use crate::decoder::Set;
use crate::encode::field::write_octets;
use crate::encode::{EncodeError, IpfixHeader, MessageBuilder, TemplateDefinition};
use crate::flow::Flow;
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::template::Template;
use crate::time::{Timestamp, nanos};
use crate::wire::set::FIRST_DATA_SET;
use crate::wire::template::FieldLength;

/// Where the records of one message go: messages of one domain of the relay.
pub(super) struct Outlet<'r, S> {
    header: &'r MessageHeader,
    stream: &'r mut RelayDomain,
    limits: RelayLimits,
    stats: &'r mut RelayStats,
    message: MessageBuilder,
    send: &'r mut S,
    /// The record being made.
    record: Vec<u8>,
    /// Templates that its lists name.
    named: Vec<TemplateIndex>,
}

impl<'r, S: FnMut(&[u8])> Outlet<'r, S> {
    pub(super) fn new(
        header: &'r MessageHeader,
        stream: &'r mut RelayDomain,
        limits: RelayLimits,
        stats: &'r mut RelayStats,
        buffer: Vec<u8>,
        send: &'r mut S,
    ) -> Self {
        let message = begin(header, stream, limits, buffer);
        Self {
            header,
            stream,
            limits,
            stats,
            message,
            send,
            record: Vec::new(),
            named: Vec::new(),
        }
    }

    pub(super) const fn limits(&self) -> &RelayLimits {
        &self.limits
    }

    /// Sends on a data record.
    pub(super) fn record(
        &mut self,
        conversion: &Conversion,
        flow: &Flow<'_>,
        record: &DataRecord<'_, '_>,
    ) {
        self.named.clear();
        let mut octets = core::mem::take(&mut self.record);
        octets.clear();
        let written = self.convert(conversion, flow, record, &mut octets);
        match written {
            Ok(()) => self.add(&conversion.definition, conversion.source, &octets),
            Err(_) => self.refuse(),
        }
        self.record = octets;
    }

    /// Adds a record of these fields, after the templates it needs; `source` is the id of the
    /// exporter's template. The message is sent when it is full, and another begun.
    pub(super) fn add(&mut self, fields: &TemplateDefinition, source: Option<u16>, octets: &[u8]) {
        let (index, forgotten) = self.stream.index(fields, source, self.limits.templates);
        self.stats.forgotten = self.stats.forgotten.saturating_add(u64::from(forgotten));
        if self.try_add(index, octets).is_ok() {
            return;
        }
        self.flush();
        if self.try_add(index, octets).is_err() {
            self.refuse();
        }
    }

    fn try_add(&mut self, index: TemplateIndex, octets: &[u8]) -> Result<(), EncodeError> {
        let refused = EncodeError::Full {
            limit: self.limits.message_octets,
        };
        let now = self.header.received;
        let named = self.named.iter().copied().chain([index]);
        for needed in named {
            if !self
                .stream
                .is_due(needed, now, self.limits.template_refresh.map(nanos))
            {
                continue;
            }
            let is_datagram = self.limits.template_refresh.is_some();
            if let Some((id, options)) = self.stream.take_replaced(needed).filter(|_| !is_datagram)
            {
                self.message.withdrawal(id, options)?;
            }
            let definition = self.stream.definition(needed).ok_or(refused)?;
            self.message.template(definition)?;
            self.stream.was_sent(needed, now);
            self.stats.templates = self.stats.templates.saturating_add(1);
        }
        let definition = self.stream.definition(index).ok_or(refused)?;
        self.message.octets(definition, octets)?;
        self.stats.records = self.stats.records.saturating_add(1);
        Ok(())
    }

    /// The next record names no templates in lists.
    pub(super) fn named_none(&mut self) {
        self.named.clear();
    }

    fn refuse(&mut self) {
        self.stats.refused = self.stats.refused.saturating_add(1);
    }

    fn flush(&mut self) {
        let next = begin(self.header, self.stream, self.limits, Vec::new());
        let message = core::mem::replace(&mut self.message, next);
        let octets = self.send(message);
        // The sequence of the next message begins after this one.
        self.message = begin(self.header, self.stream, self.limits, octets);
    }

    fn send(&mut self, message: MessageBuilder) -> Vec<u8> {
        let (records, is_empty) = (message.data_records(), message.is_empty());
        let octets = message.finish();
        if !is_empty {
            (self.send)(&octets);
            self.stream.sequence = self.stream.sequence.wrapping_add(records);
            self.stats.messages = self.stats.messages.saturating_add(1);
        }
        octets
    }

    /// Sends what is left and returns the buffer.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let rest = begin(self.header, self.stream, self.limits, Vec::new());
        let message = core::mem::replace(&mut self.message, rest);
        self.send(message)
    }

    fn convert(
        &mut self,
        conversion: &Conversion,
        flow: &Flow<'_>,
        record: &DataRecord<'_, '_>,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        if conversion.adds_scope {
            out.extend_from_slice(&[0; 4]);
        }
        for (sent, action) in record.fields().zip(&conversion.actions) {
            let specifier = sent.template().specifier();
            let (key, length) = (specifier.key, specifier.length.number());
            let wrong = EncodeError::Length { key, length };
            match action {
                Action::Skip => {}
                Action::Copy => write_octets(sent.octets(), specifier.length, out).ok_or(wrong)?,
                Action::Start => milliseconds(flow.start(), out),
                Action::End => milliseconds(flow.end(), out),
                Action::Number => number(sent.octets(), out),
                Action::DomainScope => self.domain(sent.octets(), out),
                Action::Template => self.template(sent.octets(), out),
                Action::List => {
                    let octets = self.list(&sent)?;
                    write_octets(&octets, specifier.length, out).ok_or(wrong)?;
                }
            }
        }
        for more in &conversion.more {
            match more {
                More::Sampling(interval) => out.extend_from_slice(&interval.to_be_bytes()),
                More::Exporter => address(self.header.exporter.ip(), out),
                More::Domain => {
                    out.extend_from_slice(&self.header.observation_domain.to_be_bytes());
                }
            }
        }
        Ok(())
    }

    /// The relay's number of the domain that options are about: 0, the whole exporter, stays. Of
    /// another domain than the message's it is not known here; that number is not a domain's, so
    /// that the options are not taken for those of one which happens to have the same number.
    fn domain(&self, octets: &[u8], out: &mut Vec<u8>) {
        let domain = match crate::value::unsigned(octets) {
            Some(0) | None => 0,
            Some(own) if own == u64::from(self.header.observation_domain) => self.stream.domain,
            Some(_) => u32::MAX,
        };
        out.extend_from_slice(&domain.to_be_bytes());
    }

    /// The relay's id of the template that options are about; a number that is the id of none
    /// stays.
    fn template(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        let number = crate::value::unsigned(octets);
        let id = match number.and_then(|number| u16::try_from(number).ok()) {
            Some(source @ FIRST_DATA_SET..) => self.name(source),
            number => number.unwrap_or(0),
        };
        out.extend_from_slice(&id.to_be_bytes());
    }

    /// The relay's id of a template that options are about.
    fn name(&mut self, source: u16) -> u16 {
        let (id, forgotten) = self.stream.name(source, self.limits.templates);
        self.stats.forgotten = self.stats.forgotten.saturating_add(u64::from(forgotten));
        id
    }

    /// Assigns ids to the templates that options of the message are about, before its data:
    /// options apply to all of their message.
    pub(super) fn name_templates(&mut self, set: &Set<'_>) {
        let template = set.template().filter(|template| template.is_options());
        let fields = template.map(Template::fields).unwrap_or_default();
        if !fields.iter().any(is_template_id) {
            return;
        }
        for record in set.records() {
            let fields = record.fields();
            let templates = fields.filter(|field| is_template_id(field.template()));
            for number in templates.filter_map(|field| crate::value::unsigned(field.octets())) {
                let source = u16::try_from(number).ok();
                if let Some(source) = source.filter(|source| *source >= FIRST_DATA_SET) {
                    self.name(source);
                }
            }
        }
    }

    fn list(&mut self, sent: &crate::record::Field<'_, '_>) -> Result<Vec<u8>, EncodeError> {
        let Some(list) = sent.list() else {
            // Not even its header is whole. An empty field is a list of nothing.
            let is_variable = sent.template().length() == FieldLength::Variable;
            let kept = if is_variable { &[] } else { sent.octets() };
            return Ok(Vec::from(kept));
        };
        let mut lists = ListRewriter {
            stream: self.stream,
            named: &mut self.named,
            most: self.limits.templates,
            forgotten: 0,
        };
        let octets = lists.list(&list, self.limits.list_depth);
        let forgotten = lists.forgotten;
        self.stats.forgotten = self.stats.forgotten.saturating_add(forgotten);
        octets
    }
}

fn begin(
    header: &MessageHeader,
    stream: &RelayDomain,
    limits: RelayLimits,
    buffer: Vec<u8>,
) -> MessageBuilder {
    let time = header.export_time.unwrap_or(header.received);
    let seconds = time.as_nanos().div_euclid(1_000_000_000);
    MessageBuilder::new(IpfixHeader {
        export_time: u32::try_from(seconds).unwrap_or(0),
        sequence: stream.sequence,
        observation_domain: stream.domain,
    })
    .with_limit(limits.message_octets)
    .with_buffer(buffer)
}

/// Milliseconds since 1970; 0 if the time is not known.
fn milliseconds(time: Option<Timestamp>, out: &mut Vec<u8>) {
    let millis = time.map_or(0, |time| time.as_nanos().div_euclid(1_000_000));
    let millis = u64::try_from(millis).unwrap_or(0);
    out.extend_from_slice(&millis.to_be_bytes());
}

/// A number in four octets; 0 if it has none or more.
fn number(octets: &[u8], out: &mut Vec<u8>) {
    let number = crate::value::unsigned(octets).and_then(|number| u32::try_from(number).ok());
    out.extend_from_slice(&number.unwrap_or(0).to_be_bytes());
}

fn address(address: IpAddr, out: &mut Vec<u8>) {
    let octets = match address {
        IpAddr::V4(address) => write_octets(&address.octets(), FieldLength::Fixed(4), out),
        IpAddr::V6(address) => write_octets(&address.octets(), FieldLength::Fixed(16), out),
    };
    debug_assert!(octets.is_some(), "addresses have these lengths");
}
