//! Reading an options record: its scope and its content.

use super::names::is_too_long;
use super::sampling::{Announced, MAX_SELECTORS, Sequence};
use super::scope::{RateScope, ScopeKind};
use super::selection::{RateElements, Selection, SelectorElements, Selects};
use super::{Exporter, SamplerKey};
use crate::datagram::DatagramId;
use crate::element::{DataType, ElementId, Semantics, TypeRecord, Units};
use crate::record::{DataRecord, Field};
use crate::time::Timestamp;
use crate::value::{Text, unsigned};
use crate::wire::set::FIRST_DATA_SET;
use crate::wire::template::FieldKey;

/// What one options record holds that is looked up later.
#[derive(Debug, Default)]
pub(crate) struct OptionsRecord<'a> {
    sampler: Option<u64>,
    selector: Option<u64>,
    interface: Option<u32>,
    template: Option<u16>,
    /// Other things that it describes.
    places: RateScope,
    /// It describes more things than are kept of one record.
    has_many_places: bool,
    sequence: Option<u64>,
    selectors: Selectors,
    /// The record waited for its template: newer ones may have arrived since.
    late: bool,
    selection: SelectionFields<'a>,
    sampler_name: Option<&'a [u8]>,
    selector_name: Option<&'a [u8]>,
    interface_name: Option<&'a [u8]>,
    interface_description: Option<&'a [u8]>,
    ingress_vrf: Option<u32>,
    egress_vrf: Option<u32>,
    vrf_name: Option<&'a [u8]>,
    application: Option<&'a [u8]>,
    application_name: Option<&'a [u8]>,
    application_description: Option<&'a [u8]>,
    system_init: Option<u64>,
    type_enterprise: Option<u32>,
    type_element: Option<u16>,
    type_data: Option<u8>,
    type_semantics: Option<u8>,
    type_units: Option<u8>,
    type_name: Option<&'a [u8]>,
    has_long_name: bool,
    packets: Option<Selection>,
    flows: Option<Selection>,
    /// What its rates apply to.
    scope: RateScope,
}

/// The fields that say how packets and flows are selected.
#[derive(Debug, Default)]
struct SelectionFields<'a> {
    /// One of them is there.
    is_any: bool,
    interval: Option<u64>,
    random_interval: Option<u64>,
    algorithm: Option<u16>,
    taken: Option<u64>,
    left_out: Option<u64>,
    time: [Option<u64>; 2],
    size: Option<u64>,
    population: Option<u64>,
    probability: Option<&'a [u8]>,
    hash_output: [Option<u64>; 2],
    hash_selected: [Option<u64>; 2],
    flow_algorithm: Option<u16>,
    flows_taken: Option<u64>,
    flows_left_out: Option<u64>,
    flow_time: [Option<u64>; 2],
}

/// The selectors of a sequence, in their order.
#[derive(Debug, Default)]
struct Selectors {
    numbers: [u64; MAX_SELECTORS],
    count: usize,
}

/// Scope types of v9 (RFC 3954, section 6.1).
mod scope_type {
    pub(super) const SYSTEM: u16 = 1;
    pub(super) const INTERFACE: u16 = 2;
    pub(super) const LINE_CARD: u16 = 3;
    pub(super) const TEMPLATE: u16 = 5;
}

/// The last scope type of v9, Template.
const LAST_SCOPE_TYPE: u16 = scope_type::TEMPLATE;

/// lineCardId, by which records name a line card.
const LINE_CARD: u16 = 141;

impl<'a> OptionsRecord<'a> {
    /// Gathers the fields of a record of this observation domain; of duplicated fields, the
    /// first.
    pub(crate) fn new(record: &DataRecord<'a, '_>, late: bool, domain: u32) -> Self {
        let mut options = Self {
            late,
            ..Self::default()
        };
        let scope_count = usize::from(record.template().scope_count());
        for (index, field) in record.fields().enumerate() {
            let octets = field.octets();
            match field.template().key() {
                FieldKey::Scope(number @ ..=LAST_SCOPE_TYPE) => options.scope_type(number, octets),
                // Scope types beyond those of RFC 3954 are elements: exporters send their
                // numbers.
                FieldKey::Scope(number) => {
                    if !options.take(number, octets, domain) {
                        options.place(ScopeKind::Element(ElementId::iana(number)), octets);
                    }
                }
                FieldKey::Element(id) => {
                    let is_taken = id.enterprise_number == 0 && options.take(id.id, octets, domain);
                    if index < scope_count && is_place(&field, is_taken) {
                        options.place(ScopeKind::Element(id), octets);
                    }
                }
            }
        }
        // No records but these are of that template: all are meant.
        let own = record.template().id();
        options.template = options
            .template
            .filter(|id| *id >= FIRST_DATA_SET && *id != own);
        if options.sequence.is_some() {
            options.gather_selectors(record);
        }
        if options.selection.is_any {
            options.select();
        }
        options
    }

    fn scope_type(&mut self, number: u16, octets: &'a [u8]) {
        match number {
            scope_type::SYSTEM => {}
            scope_type::INTERFACE => set(&mut self.interface, narrow(octets)),
            scope_type::LINE_CARD => {
                self.place(ScopeKind::Element(ElementId::iana(LINE_CARD)), octets);
            }
            scope_type::TEMPLATE => set(&mut self.template, narrow(octets)),
            number => self.place(ScopeKind::ScopeType(number), octets),
        }
    }

    /// A thing that the record describes, by its number; empty is none.
    fn place(&mut self, kind: ScopeKind, octets: &[u8]) {
        if octets.is_empty() {
            return;
        }
        let number = kind.number(octets);
        let is_kept = number.is_some_and(|number| self.places.insert(kind, number));
        self.has_many_places |= !is_kept;
    }

    /// Takes an element of the IANA registry; `false` if nothing is known of it.
    fn take(&mut self, id: u16, octets: &'a [u8], domain: u32) -> bool {
        if let Some(name) = self.name(id) {
            let is_long = is_too_long(octets);
            let is_empty = Text::new(octets).octets().is_empty();
            set(name, Some(octets).filter(|_| !is_long && !is_empty));
            self.has_long_name |= is_long;
            return true;
        }
        match id {
            10 | 14 | 252 | 253 => set(&mut self.interface, narrow(octets)),
            48 => set(&mut self.sampler, unsigned(octets)),
            95 => set(
                &mut self.application,
                Some(octets).filter(|id| !id.is_empty()),
            ),
            // Observation point, line card, port, metering process.
            138 | 141..=143 => self.place(ScopeKind::Element(ElementId::iana(id)), octets),
            // exportingProcessId is the sender itself.
            144 => {}
            145 => set(&mut self.template, narrow(octets)),
            // 0 is no domain in particular (RFC 7011, section 3.1).
            149 if matches!(unsigned(octets), Some(0) | None) => {}
            149 if unsigned(octets) == Some(u64::from(domain)) => {}
            149 => self.place(ScopeKind::OBSERVATION_DOMAIN, octets),
            // Zero is no time, and would hide the start that another record announced.
            160 => set(
                &mut self.system_init,
                unsigned(octets).filter(|init| *init > 0),
            ),
            234 => {
                set(&mut self.ingress_vrf, narrow(octets));
                self.place(ScopeKind::Element(ElementId::iana(id)), octets);
            }
            235 => {
                set(&mut self.egress_vrf, narrow(octets));
                self.place(ScopeKind::Element(ElementId::iana(id)), octets);
            }
            301 => set(&mut self.sequence, unsigned(octets)),
            302 => set(&mut self.selector, unsigned(octets)),
            303 => set(&mut self.type_element, narrow(octets)),
            339 => set(&mut self.type_data, narrow(octets)),
            344 => set(&mut self.type_semantics, narrow(octets)),
            345 => set(&mut self.type_units, narrow(octets)),
            346 => set(&mut self.type_enterprise, narrow(octets)),
            _ => return self.selection.take(id, octets),
        }
        true
    }

    /// The name that this element sets, if it is one.
    const fn name(&mut self, id: u16) -> Option<&mut Option<&'a [u8]>> {
        Some(match id {
            82 => &mut self.interface_name,
            83 => &mut self.interface_description,
            84 => &mut self.sampler_name,
            94 => &mut self.application_description,
            96 => &mut self.application_name,
            236 => &mut self.vrf_name,
            335 => &mut self.selector_name,
            341 => &mut self.type_name,
            _ => return None,
        })
    }

    /// The selectors of a sequence are in the order in which they select (RFC 5476,
    /// section 6.5.1).
    fn gather_selectors(&mut self, record: &DataRecord<'_, '_>) {
        const SELECTOR_ID: FieldKey = FieldKey::Element(ElementId::iana(302));

        let fields = record.fields();
        let selectors = fields.filter(|field| field.template().key() == SELECTOR_ID);
        for number in selectors.filter_map(|field| unsigned(field.octets())) {
            if let Some(place) = self.selectors.numbers.get_mut(self.selectors.count) {
                *place = number;
            }
            self.selectors.count = self.selectors.count.saturating_add(1);
        }
    }

    /// Determines the selection that it announces, and its scope.
    fn select(&mut self) {
        self.packets = self.selection.of_packets().selection();
        self.flows = self.selection.of_flows().selection();
        let sampler = self.sampler.map(|id| (ScopeKind::Sampler, id));
        let selector = self.selector.map(|id| (ScopeKind::Selector, id));
        let sequence = self.sequence.map(|id| (ScopeKind::SelectionSequence, id));
        let interface = self.interface.map(|id| (ScopeKind::Interface, id.into()));
        let template = self.template.map(|id| (ScopeKind::Template, id.into()));
        let parts = [sampler.or(selector).or(sequence), interface, template];
        for (kind, number) in parts.into_iter().flatten() {
            self.scope.insert(kind, number.into());
        }
        for (kind, number) in self.places.parts() {
            self.has_many_places |= !self.scope.insert(kind, number);
        }
    }

    /// What it announces, but nothing where its scope cannot be kept.
    fn selection(&self, selects: Selects) -> Option<Selection> {
        let selection = match selects {
            Selects::Packets => self.packets,
            Selects::Flows => self.flows,
        };
        selection.filter(|_| !self.has_many_places)
    }

    fn has_selection(&self) -> bool {
        self.packets.is_some() || self.flows.is_some()
    }

    /// It announces a rate for more things together than are kept of one record.
    pub(crate) fn has_large_scope(&self) -> bool {
        self.has_many_places && self.has_selection()
    }

    /// It announces a sequence of more selectors than are kept of one.
    pub(crate) const fn has_long_sequence(&self) -> bool {
        self.selectors.count > MAX_SELECTORS
    }

    /// A selection sequence and its selectors.
    fn selection_sequence(&self) -> Option<(u64, &[u64])> {
        let selectors = self.selectors.numbers.get(..self.selectors.count)?;
        let id = self.sequence.filter(|_| !selectors.is_empty())?;
        Some((id, selectors))
    }

    /// It has a name that is too long to be kept.
    pub(crate) const fn has_long_name(&self) -> bool {
        self.has_long_name
    }

    /// The application that the record describes without naming it.
    fn described_application(&self) -> Option<(&'a [u8], &'a [u8])> {
        let description = self.application_description;
        let description = description.filter(|_| self.application_name.is_none());
        self.application.zip(description)
    }

    /// The sampler or selector that the record names, and its name.
    fn named_sampler(&self) -> Option<(SamplerKey, &'a [u8])> {
        let [sampler, selector] = [self.sampler_name, self.selector_name];
        match (self.sampler, self.selector) {
            (Some(id), _) => Some((SamplerKey::Sampler(id), sampler.or(selector)?)),
            (None, Some(id)) => Some((SamplerKey::Selector(id), selector.or(sampler)?)),
            (None, None) => None,
        }
    }

    /// The element that a type record describes (RFC 5610, section 3.9).
    pub(crate) fn type_record(&self) -> Option<TypeRecord<'a>> {
        let name = core::str::from_utf8(Text::new(self.type_name?).octets()).ok()?;
        Some(TypeRecord {
            id: ElementId::new(self.type_enterprise.unwrap_or(0), self.type_element?),
            name,
            data_type: DataType::from_number(self.type_data?)?,
            semantics: self
                .type_semantics
                .and_then(Semantics::from_number)
                .unwrap_or(Semantics::Default),
            units: self
                .type_units
                .and_then(Units::from_number)
                .unwrap_or(Units::None),
        })
    }

    /// Octets of memory that its names take at most.
    fn memory(&self) -> usize {
        [
            self.interface_text(),
            // Under the ingress and the egress VRF.
            self.vrf_name,
            self.vrf_name,
            self.application,
            self.application_name.or(self.application_description),
            self.named_sampler().map(|(_, name)| name),
        ]
        .into_iter()
        .flatten()
        .map(<[u8]>::len)
        .fold(0, usize::saturating_add)
    }

    fn interface_text(&self) -> Option<&'a [u8]> {
        self.interface_name.or(self.interface_description)
    }
}

impl<'a> SelectionFields<'a> {
    /// Takes an element of the IANA registry; `false` if it is none of them.
    fn take(&mut self, id: u16, octets: &'a [u8]) -> bool {
        let number = unsigned(octets);
        match id {
            34 => set(&mut self.interval, number),
            50 => set(&mut self.random_interval, number),
            304 => set(&mut self.algorithm, narrow(octets)),
            305 => set(&mut self.taken, number),
            306 => set(&mut self.left_out, number),
            307 => set(&mut self.time[0], number),
            308 => set(&mut self.time[1], number),
            309 => set(&mut self.size, number),
            310 => set(&mut self.population, number),
            311 => set(&mut self.probability, Some(octets)),
            329 => set(&mut self.hash_output[0], number),
            330 => set(&mut self.hash_output[1], number),
            331 => set(&mut self.hash_selected[0], number),
            332 => set(&mut self.hash_selected[1], number),
            390 => set(&mut self.flow_algorithm, narrow(octets)),
            396 => set(&mut self.flows_taken, number),
            397 => set(&mut self.flows_left_out, number),
            398 => set(&mut self.flow_time[0], number),
            399 => set(&mut self.flow_time[1], number),
            _ => return false,
        }
        self.is_any = true;
        true
    }

    /// Size, population, probability and hash ranges describe the selection of flows where
    /// only a flow selector is named (RFC 7014, section 7).
    const fn are_of_flows(&self) -> bool {
        self.flow_algorithm.is_some() && self.algorithm.is_none()
    }

    fn of_packets(&self) -> SelectorElements<'a> {
        let interval = self.random_interval.filter(|interval| *interval > 0);
        let own = SelectorElements {
            rate: RateElements {
                interval: interval.or(self.interval),
                taken: self.taken,
                left_out: self.left_out,
                ..RateElements::default()
            },
            algorithm: self.algorithm,
            time_taken: self.time[0],
            time_left_out: self.time[1],
            ..SelectorElements::default()
        };
        if self.are_of_flows() {
            own
        } else {
            self.with_shared(own)
        }
    }

    fn of_flows(&self) -> SelectorElements<'a> {
        let own = SelectorElements {
            rate: RateElements {
                taken: self.flows_taken,
                left_out: self.flows_left_out,
                ..RateElements::default()
            },
            algorithm: self.flow_algorithm,
            time_taken: self.flow_time[0],
            time_left_out: self.flow_time[1],
            ..SelectorElements::default()
        };
        if self.are_of_flows() {
            self.with_shared(own)
        } else {
            own
        }
    }

    fn with_shared(&self, own: SelectorElements<'a>) -> SelectorElements<'a> {
        SelectorElements {
            rate: RateElements {
                size: self.size,
                population: self.population,
                probability: self.probability,
                ..own.rate
            },
            hash_output: self.hash_output,
            hash_selected: self.hash_selected,
            ..own
        }
    }
}

/// What can be selected.
const BOTH: [Selects; 2] = [Selects::Packets, Selects::Flows];

/// Whether a scope field identifies a thing that is not known by another field. Counters,
/// quantities and times do not, though some exporters send one as the scope that IPFIX demands
/// (RFC 7011, section 3.4.2.2).
fn is_place(field: &Field<'_, '_>, is_taken: bool) -> bool {
    let data_type = field.template().data_type();
    if is_taken {
        return data_type == Some(DataType::String);
    }
    let semantics = field.template().element().map(|element| element.semantics);
    let counts = matches!(
        semantics,
        Some(Semantics::Quantity | Semantics::TotalCounter | Semantics::DeltaCounter)
    );
    let is_time = matches!(
        data_type,
        Some(
            DataType::DateTimeSeconds
                | DataType::DateTimeMilliseconds
                | DataType::DateTimeMicroseconds
                | DataType::DateTimeNanoseconds
        )
    );
    let is_padding = field.template().key() == FieldKey::Element(ElementId::iana(210));
    !counts && !is_time && !is_padding
}

impl Exporter {
    /// Whether the record announces anything new: most options are sent again and
    /// again.
    pub(crate) fn is_news(&self, options: &OptionsRecord<'_>) -> bool {
        let names = &self.names;
        options.has_selection()
            && BOTH
                .iter()
                .any(|one| self.new_selection(options, *one).is_some())
            || options.sequence.is_some() && self.new_sequence(options).is_some()
            || options
                .interface
                .zip(options.interface_text())
                .is_some_and(|(number, name)| !names.interfaces.has(&number, name))
            || [options.ingress_vrf, options.egress_vrf]
                .into_iter()
                .flatten()
                .zip(options.vrf_name)
                .any(|(number, name)| !names.vrfs.has(&number, name))
            || options
                .application
                .zip(options.application_name)
                .is_some_and(|(id, name)| !names.applications.has_application(id, name))
            || options
                .described_application()
                .is_some_and(|(id, text)| !names.descriptions.has_application(id, text))
            || options
                .named_sampler()
                .is_some_and(|(key, name)| !names.samplers.has(&key, name))
            || options
                .system_init
                .and_then(Timestamp::from_millis)
                .is_some_and(|time| self.system_init != Some(time))
    }

    /// The selection that the record announces, if another is known or none. One that waited
    /// does not replace what arrived since, and neither does one whose parameters are
    /// missing.
    fn new_selection(&self, options: &OptionsRecord<'_>, selects: Selects) -> Option<Selection> {
        let selection = options.selection(selects)?;
        let is_new = match self.samplers.get(selects, &options.scope) {
            Some(known) => {
                known.selection != selection && !options.late && !selection.is_incomplete()
            }
            None => self.samplers.has_room_for(selects, &options.scope),
        };
        is_new.then_some(selection)
    }

    /// The selection sequence that the record announces, if it is not known.
    fn new_sequence<'o>(&self, options: &'o OptionsRecord<'_>) -> Option<(u64, &'o [u64])> {
        let (id, selectors) = options.selection_sequence()?;
        let is_new = match self.samplers.sequence(id) {
            Some(known) => *known.selectors != *selectors && !options.late,
            None => true,
        };
        is_new.then_some((id, selectors))
    }

    /// Whether the record announces a rate for a combination of scopes that cannot be kept.
    pub(crate) fn refuses_scope(&self, options: &OptionsRecord<'_>) -> bool {
        let has_room = |selects: &Selects| {
            options.selection(*selects).is_none()
                || self.samplers.has_room_for(*selects, &options.scope)
        };
        options.has_large_scope() || options.has_selection() && !BOTH.iter().all(has_room)
    }

    /// Octets that must be free to learn the record.
    pub(crate) fn room_for_options(&self, options: &OptionsRecord<'_>) -> usize {
        let selections = [options.packets, options.flows];
        let rates = selections.iter().flatten().count();
        let rates = self.samplers.growth(&options.scope).saturating_mul(rates);
        let sequence = match options.sequence {
            Some(_) => self.samplers.sequence_growth(),
            None => 0,
        };
        self.names
            .growth()
            .saturating_add(options.memory())
            .saturating_add(rates)
            .saturating_add(sequence)
    }

    /// Learns what the record announces; the last announcement is kept. `datagram`
    /// is the one it arrived in.
    pub(crate) fn learn(&mut self, options: &OptionsRecord<'_>, datagram: DatagramId) {
        // A rate that is repeated beside a new announcement keeps its datagram.
        for selects in BOTH {
            if let Some(selection) = self.new_selection(options, selects) {
                let announced = Announced {
                    selection,
                    datagram,
                };
                self.samplers.insert(selects, &options.scope, announced);
            }
        }
        if let Some((id, selectors)) = self.new_sequence(options) {
            let selectors = selectors.into();
            self.samplers.insert_sequence(
                id,
                Sequence {
                    selectors,
                    datagram,
                },
            );
        }
        if let Some((number, name)) = options.interface.zip(options.interface_text()) {
            self.names.interfaces.insert(number, name);
        }
        if let Some(name) = options.vrf_name {
            for number in [options.ingress_vrf, options.egress_vrf]
                .into_iter()
                .flatten()
            {
                self.names.vrfs.insert(number, name);
            }
        }
        if let Some((id, name)) = options.application.zip(options.application_name) {
            self.names.applications.insert_application(id, name);
        }
        if let Some((id, text)) = options.described_application() {
            self.names.descriptions.insert_application(id, text);
        }
        if let Some((key, name)) = options.named_sampler() {
            self.names.samplers.insert(key, name);
        }
        if let Some(time) = options.system_init.and_then(Timestamp::from_millis) {
            self.system_init = Some(time);
        }
    }
}

fn set<T>(field: &mut Option<T>, value: Option<T>) {
    if field.is_none() {
        *field = value;
    }
}

fn narrow<T: TryFrom<u64>>(octets: &[u8]) -> Option<T> {
    T::try_from(unsigned(octets)?).ok()
}
