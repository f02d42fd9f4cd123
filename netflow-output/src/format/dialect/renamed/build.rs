//! How the plan for the flows of one template is made from the table of a dialect.

use netflow_core::FlowColumn;
use netflow_core::field::FlowField;

use super::form::Form;
use super::plan::{
    MemberPart, MemberPlan, MemberStep, PlannedValue, StepAction, StepText, ValueSource,
    has_reverse,
};
use super::{DialectShape, Known, MemberLayout, RenamedMember};
use crate::format::Biflows;
use crate::format::dialect::Faults;
use crate::format::dialect::encode::PlannedText;
use crate::format::json;

pub(super) struct MemberPlanBuilder<'c> {
    shape: &'c DialectShape,
    columns: Option<&'c [FlowColumn]>,
    known: &'c Known,
    parts: Vec<MemberPart>,
    /// The names of the open objects.
    objects: Vec<&'static str>,
    /// The positions of times, as in the plan.
    time_positions: Vec<usize>,
    is_json: bool,
    is_of_samples: bool,
    /// Whether faults are copied, and what the original writes for absent fields.
    copies: bool,
    /// Whether flows have another direction, whose fields are elsewhere in the record. What the first one lacks,
    /// the other may have.
    has_reverse: bool,
}

impl<'c> MemberPlanBuilder<'c> {
    /// Begins the plan for flows with these columns, and whether they are samples of sFlow. The last columns are those
    /// of [`REVERSE`](super::plan::REVERSE). Without columns, each flow is asked for all fields.
    pub(super) fn new(
        shape: &'c DialectShape,
        faults: Faults,
        known: &'c Known,
        (columns, is_of_samples): (Option<&'c [FlowColumn]>, bool),
    ) -> Self {
        let mut builder = Self {
            shape,
            columns,
            known,
            parts: Vec::new(),
            objects: Vec::new(),
            time_positions: Vec::new(),
            is_json: shape.layout == MemberLayout::Json,
            is_of_samples,
            copies: faults.are_copied(),
            has_reverse: shape.biflows == Biflows::Split && has_reverse(columns),
        };
        let mut first = 0;
        for member in shape.members {
            builder.member(member, first);
            first += member.fields.len();
        }
        builder.close(0);
        builder
    }

    pub(super) fn finish(mut self) -> MemberPlan {
        begin_objects_at_once(&mut self.parts);
        let start = match self.shape.layout {
            MemberLayout::Json => "",
            MemberLayout::Line(word) => word,
        };
        MemberPlan {
            rate_position: self.position(FlowField::SamplingRate),
            steps: steps(self.parts, self.is_json),
            of_set: Vec::new(),
            time_positions: self.time_positions,
            times: Vec::new(),
            rate: 1,
            start: start.as_bytes(),
            is_json: self.is_json,
        }
    }

    /// The position of a field among those of the projection.
    fn position(&self, wanted: FlowField) -> Option<usize> {
        let mut fields = self.shape.members.iter().flat_map(|member| member.fields);
        fields.position(|field| *field == wanted)
    }

    fn column(&self, field: FlowField) -> Option<&FlowColumn> {
        self.columns?.get(self.position(field)?)
    }

    /// The text before the value of a member.
    fn key(&self, name: &str) -> Vec<u8> {
        let mut text = vec![b','];
        if self.is_json {
            json::quote(name, &mut text);
            text.push(b':');
        }
        text
    }

    /// Adds a text that all documents have.
    fn text(&mut self, text: Vec<u8>) {
        if !text.is_empty() {
            self.parts.push(MemberPart::Text(text));
        }
    }

    fn close(&mut self, depth: usize) {
        while self.objects.len() > depth {
            self.objects.pop();
            self.parts.push(MemberPart::Close);
        }
    }

    /// Opens and closes objects for a member; returns its name in its object.
    fn enter(&mut self, name: &'static str) -> &'static str {
        let mut parts: Vec<_> = name.split('.').collect();
        let last = parts.pop().unwrap_or(name);
        let same = self.objects.iter().zip(&parts);
        let same = same.take_while(|(one, other)| one == other).count();
        self.close(same);
        for part in parts.into_iter().skip(same) {
            let key = self.key(part);
            self.parts.push(MemberPart::Open(key));
            self.objects.push(part);
        }
        last
    }

    fn member(&mut self, member: &'static RenamedMember, first: usize) {
        if !self.known.has(member.form) {
            return;
        }
        let name = self.enter(member.name);
        let constant = self.constant(member, name);
        if member.fields.is_empty() {
            return self.text(constant);
        }
        let absent = if self.copies || !self.is_json {
            constant
        } else {
            Vec::new()
        };
        let end = first + member.fields.len();
        let all = self.columns.and_then(|columns| columns.get(first..end));
        // Of the fields that no flow has, those at the start and at the end are left out.
        let is_there = |column: &FlowColumn| !matches!(column, FlowColumn::Absent);
        let some = all.filter(|_| !self.has_reverse).map(|all| {
            let start = all.iter().position(is_there).unwrap_or(all.len());
            let end = all
                .iter()
                .rposition(is_there)
                .map_or(start, |last| last + 1);
            (start..end, all.get(start..end).unwrap_or_default())
        });
        if some.as_ref().is_some_and(|(_, columns)| columns.is_empty()) {
            return self.text(absent);
        }
        let form = match member.form {
            Form::IpSize if self.copies => Form::IpSizeOfIpv4,
            Form::Epoch if self.copies => Form::EpochOfUptime,
            Form::OctetsOfIp if !self.is_of_samples => Form::Plain,
            Form::HostName if self.known.enrichment.host_names.is_none() => Form::Plain,
            form => form,
        };
        let (range, columns) = some.unwrap_or((0..member.fields.len(), &[]));
        let is_looked_up = form.is_looked_up();
        let of_protocol = form.protocol().filter(|_| !self.has_reverse);
        let of_protocol = of_protocol.and_then(|wanted| Some((self.protocol_offset()?, wanted)));
        let source = match is_looked_up {
            true => ValueSource::Flow,
            false => self.source(form, first + range.start, columns),
        };
        let source = match (source, form.words()) {
            (ValueSource::Number(place), Some(words))
                if place.width == 1 && (of_protocol.is_some() || form.protocol().is_none()) =>
            {
                ValueSource::Word(place.offset, words)
            }
            (source, _) => source,
        };
        let value = PlannedValue {
            key: PlannedText::new(&self.key(name)),
            first: first + range.start,
            fields: member.fields.get(range).unwrap_or_default(),
            form,
            source,
            of_protocol,
            address: match form {
                Form::Network | Form::NetworkAddress => {
                    let length = member.fields.first();
                    length.and_then(|length| self.position(Form::address_of(*length)))
                }
                _ => None,
            },
            absent: PlannedText::new(&absent),
            enrichment: is_looked_up.then(|| Box::new(self.known.enrichment.clone())),
        };
        let is_constant =
            |column: &FlowColumn| matches!(column, FlowColumn::Same | FlowColumn::Absent);
        let is_of_set =
            !columns.is_empty() && columns.iter().all(is_constant) && form.is_of_field();
        if is_of_set {
            self.parts.push(MemberPart::OfSet(value));
        } else if value.is_certain() {
            self.parts.push(MemberPart::Text(self.key(name)));
            let key = PlannedText::new(&[]);
            self.parts
                .push(MemberPart::Value(PlannedValue { key, ..value }));
        } else {
            self.parts.push(MemberPart::Value(value));
        }
    }

    /// Where the value of a member is, of which `columns` are those that are not absent; `first` is the position of
    /// the first.
    fn source(&mut self, form: Form, first: usize, columns: &[FlowColumn]) -> ValueSource {
        let place = match columns.first() {
            Some(FlowColumn::Time(_)) => {
                self.time_positions.push(first);
                return ValueSource::Time(self.time_positions.len() - 1);
            }
            Some(column) => ValueSource::of_column(*column).unwrap_or(ValueSource::Flow),
            None => ValueSource::Flow,
        };
        match (form, place) {
            (Form::Network | Form::NetworkAddress, ValueSource::Number(length))
                if length.width == 1 && columns.len() == 1 =>
            {
                match self.address_of(first) {
                    Some(ValueSource::Ipv4(address)) => ValueSource::Ipv4Network {
                        address,
                        length: length.offset,
                    },
                    _ => place,
                }
            }
            (Form::BothOctets | Form::BothPackets, ValueSource::Number(place)) => {
                let rate = self.column(FlowField::SamplingRate);
                match rate {
                    // One direction, and one rate for the set.
                    Some(FlowColumn::Same | FlowColumn::Absent) if columns.len() == 1 => {
                        ValueSource::Scaled(place)
                    }
                    _ => ValueSource::Flow,
                }
            }
            (_, place) => place,
        }
    }

    /// Where the address is that the prefix length at this position is of.
    fn address_of(&self, position: usize) -> Option<ValueSource> {
        let mut fields = self.shape.members.iter().flat_map(|member| member.fields);
        let address = Form::address_of(*fields.nth(position)?);
        ValueSource::of_column(*self.column(address)?)
    }

    /// Where the protocol is in each record or sample.
    fn protocol_offset(&self) -> Option<u16> {
        match self.column(FlowField::Protocol)? {
            FlowColumn::Number(place) if place.width == 1 => u16::try_from(place.offset).ok(),
            _ => None,
        }
    }

    /// The member where the flow lacks it; empty if it is left out then.
    fn constant(&self, member: &RenamedMember, name: &str) -> Vec<u8> {
        if member.copied.is_empty() {
            return Vec::new();
        }
        let is_number = !self.is_json || member.form.is_number(member.fields);
        let quote: &[u8] = if is_number { b"" } else { b"\"" };
        [&self.key(name), quote, member.copied.as_bytes(), quote].concat()
    }
}

/// Writes the brackets of objects that each document has, because their first member is a text, into the texts.
fn begin_objects_at_once(parts: &mut [MemberPart]) {
    // What is inside comes first.
    for open in (0..parts.len()).rev() {
        let close = end_of_object(parts, open);
        let Some([MemberPart::Open(key), MemberPart::Text(first), ..]) = parts.get_mut(open..)
        else {
            continue;
        };
        // In the place of the comma.
        if let Some(comma) = first.first_mut() {
            *comma = b'{';
        }
        let key = core::mem::take(key);
        for (place, text) in [(open, key), (close, b"}".to_vec())] {
            if let Some(part) = parts.get_mut(place) {
                *part = MemberPart::Text(text);
            }
        }
    }
}

/// The place of the end of the object that begins here.
fn end_of_object(parts: &[MemberPart], open: usize) -> usize {
    let mut depth = 0_usize;
    let found = parts.iter().enumerate().skip(open).find(|(_, part)| {
        match part {
            MemberPart::Open(_) => depth += 1,
            MemberPart::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    found.map_or(parts.len(), |(place, _)| place)
}

/// Joins the parts that do not depend on the flow.
fn steps(parts: Vec<MemberPart>, is_json: bool) -> Vec<MemberStep> {
    let mut steps = Vec::new();
    let mut same = Vec::new();
    // The end of an object whose members are all the same in a set.
    let mut end_of_same = 0;
    for place in 0..parts.len() {
        let is_open = matches!(parts.get(place), Some(MemberPart::Open(_)));
        if is_open && place >= end_of_same {
            let end = end_of_object(&parts, place);
            let inside = parts.get(place..end).unwrap_or_default();
            let is_value = |part: &MemberPart| matches!(part, MemberPart::Value(_));
            if !inside.iter().any(is_value) {
                end_of_same = end + 1;
            }
        }
        same.push(place < end_of_same);
    }
    let mut pending = Vec::new();
    for (part, is_same) in parts.into_iter().zip(same) {
        let (before, then, after) = match part {
            MemberPart::Text(_) | MemberPart::OfSet(_) => {
                pending.push(part);
                continue;
            }
            _ if is_same => {
                pending.push(part);
                continue;
            }
            MemberPart::Value(value) => StepAction::of(value, is_json),
            MemberPart::Open(key) => ("", StepAction::Open(PlannedText::new(&key)), ""),
            MemberPart::Close => ("", StepAction::Close, ""),
        };
        if !before.is_empty() {
            pending.push(MemberPart::Text(before.into()));
        }
        let text = text_of(core::mem::take(&mut pending));
        steps.push(MemberStep { text, then });
        if !after.is_empty() {
            pending.push(MemberPart::Text(after.into()));
        }
    }
    if !pending.is_empty() {
        let text = text_of(pending);
        let then = StepAction::End;
        steps.push(MemberStep { text, then });
    }
    steps
}

/// The text of parts that do not depend on the flow.
fn text_of(parts: Vec<MemberPart>) -> StepText {
    let mut text = Vec::new();
    for part in &parts {
        match part {
            MemberPart::Text(more) => text.extend_from_slice(more),
            _ => {
                return StepText::OfSet {
                    parts: parts.into(),
                    written: 0..0,
                };
            }
        }
    }
    StepText::Planned(PlannedText::new(&text))
}
