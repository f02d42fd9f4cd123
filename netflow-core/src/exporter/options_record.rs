//! Reading an options record: its scope and its content.

mod selection_fields;

use self::selection_fields::SelectionFields;
use super::SamplerKey;
use super::names::is_too_long;
use super::sampling::MAX_SELECTORS;
use super::scope::{RateScope, ScopeKind};
use super::selection::{Selection, SelectionMethod, SelectorElements, Selects, Unrated};
use crate::element::{DataType, ElementId, Semantics, TypeRecord, Units};
use crate::record::{DataRecord, Field};
use crate::value::{Text, unsigned};
use crate::wire::set::FIRST_DATA_SET;
use crate::wire::template::FieldKey;

/// What one options record holds that is looked up later.
#[derive(Debug, Default)]
pub(crate) struct OptionsRecord<'a> {
    sampler: Option<u64>,
    selector: Option<u64>,
    pub(super) interface: Option<u32>,
    /// ingressInterface as a scope field.
    ingress_scope: Option<&'a [u8]>,
    template: Option<u64>,
    /// It describes more things than are kept of one record.
    has_many_places: bool,
    pub(super) sequence: Option<u64>,
    /// The selectors of the sequence.
    selectors: Option<Selectors>,
    /// The record waited for its template: newer ones may have arrived since.
    pub(super) late: bool,
    selection: SelectionFields<'a>,
    sampler_name: Option<&'a [u8]>,
    selector_name: Option<&'a [u8]>,
    interface_name: Option<&'a [u8]>,
    interface_description: Option<&'a [u8]>,
    pub(super) ingress_vrf: Option<u32>,
    pub(super) egress_vrf: Option<u32>,
    pub(super) vrf_name: Option<&'a [u8]>,
    pub(super) application: Option<&'a [u8]>,
    pub(super) application_name: Option<&'a [u8]>,
    application_description: Option<&'a [u8]>,
    pub(super) system_init: Option<u64>,
    type_enterprise: Option<u32>,
    type_element: Option<u16>,
    type_data: Option<u8>,
    type_semantics: Option<u8>,
    type_units: Option<u8>,
    type_name: Option<&'a [u8]>,
    /// It has a name that can be kept.
    has_name: bool,
    has_long_name: bool,
    packets: Stated,
    flows: Stated,
    /// What its rates apply to, if it states some.
    pub(super) scope: RateScope,
}

/// How a record of flows says that packets are selected, if that is without a rate.
#[cold]
pub(crate) fn selection_of_flows(record: &DataRecord<'_, '_>) -> Option<Unrated> {
    let mut selection = SelectionFields::default();
    for field in record.fields() {
        if let FieldKey::Element(ElementId {
            enterprise_number: 0,
            id,
            ..
        }) = field.template().key()
        {
            selection.take(id, field.octets());
        }
    }
    match selection.of_packets().selection()? {
        // A filter takes no sample.
        Selection::WithoutRate(unrated) => {
            Some(unrated).filter(|unrated| unrated.method != SelectionMethod::PropertyMatch)
        }
        Selection::Rate(_) => None,
    }
}

/// What the record says of one selection.
#[derive(Debug, Clone, Copy, Default)]
struct Stated {
    selection: Option<Selection>,
    /// It states a rate, and that is 0.
    has_zero_rate: bool,
}

impl Stated {
    fn new(elements: &SelectorElements<'_>) -> Self {
        Self {
            selection: elements.selection(),
            has_zero_rate: elements.rate.is_zero(),
        }
    }
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
    /// first. `self` must be the default; it is filled in place because it is large.
    pub(crate) fn read(&mut self, record: &DataRecord<'a, '_>, late: bool, domain: u32) {
        self.late = late;
        let scope_count = usize::from(record.template().scope_count());
        for (index, field) in record.fields().enumerate() {
            let octets = field.octets();
            match field.template().key() {
                FieldKey::Scope(number @ ..=LAST_SCOPE_TYPE) => self.scope_type(number, octets),
                // Scope types beyond those of RFC 3954 are elements: exporters send their
                // numbers.
                FieldKey::Scope(number) => self.take_scope(ElementId::iana(number), &field, domain),
                FieldKey::Element(id) if index < scope_count => {
                    self.take_scope(id, &field, domain);
                }
                FieldKey::Element(id) if id.enterprise_number == 0 => {
                    self.take(id.id, octets, domain);
                }
                FieldKey::Element(_) => {}
            }
        }
        // No records but these are of that template: all are meant.
        let own = record.template().id();
        self.template = self
            .template
            .filter(|id| *id >= FIRST_DATA_SET.into() && *id != own.into());
        if self.sequence.is_some() {
            self.gather_selectors(record);
        }
        if self.selection.is_any {
            self.select();
        }
    }

    fn scope_type(&mut self, number: u16, octets: &'a [u8]) {
        match number {
            scope_type::SYSTEM => {}
            scope_type::INTERFACE => {
                set(&mut self.interface, narrow(octets));
                self.place_number(ScopeKind::Interface, octets);
            }
            scope_type::LINE_CARD => {
                self.place_number(ScopeKind::Element(ElementId::iana(LINE_CARD)), octets);
            }
            scope_type::TEMPLATE => set(&mut self.template, unsigned(octets)),
            number => self.place_number(ScopeKind::ScopeType(number), octets),
        }
    }

    /// Takes an element in the scope: records are of the scope if they match all its fields
    /// (RFC 7011, section 3.4.2.1).
    fn take_scope(&mut self, id: ElementId, field: &Field<'a, '_>, domain: u32) {
        let (octets, kind) = (field.octets(), ScopeKind::Element(id));
        if id.enterprise_number == 0 {
            self.take(id.id, octets, domain);
            match id.id {
                10 => set(&mut self.ingress_scope, Some(octets)),
                14 | 252 | 253 => self.place_number(kind, octets),
                48 => self.place_number(ScopeKind::Sampler, octets),
                302 => self.place_number(ScopeKind::Selector, octets),
                // They have their place already, or need none.
                138 | 141..=145 | 149 | 234 | 235 | 301 => {}
                _ => self.place_element(kind, field),
            }
        } else {
            self.place_element(kind, field);
        }
    }

    /// A thing that the record describes by an element. Counters, quantities and times identify
    /// nothing, though some exporters send one as the scope that IPFIX demands (RFC 7011, section
    /// 3.4.2.2).
    fn place_element(&mut self, kind: ScopeKind, field: &Field<'_, '_>) {
        const PADDING: ScopeKind = ScopeKind::Element(ElementId::iana(210));

        let template = field.template();
        // Templates do not look up scope types of v9, which are numbers of elements.
        let element = template.element().or_else(|| kind.element());
        let data_type = element.map_or_else(|| template.data_type(), |element| element.data_type);
        let counts = matches!(
            element.map(|element| element.semantics),
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
        if !counts && !is_time && kind != PADDING {
            self.place(kind, field.octets(), data_type);
        }
    }

    /// A thing that the record describes, by a number.
    #[inline]
    fn place_number(&mut self, kind: ScopeKind, octets: &[u8]) {
        match unsigned(octets) {
            Some(number) => self.add_to_scope(kind, number.into()),
            None => self.place(kind, octets, None),
        }
    }

    /// A thing that the record describes, by a number or what this type holds; empty is none.
    fn place(&mut self, kind: ScopeKind, octets: &[u8], data_type: Option<DataType>) {
        let is_text = data_type == Some(DataType::String);
        if octets.is_empty() || is_text && Text::new(octets).octets().is_empty() {
            return;
        }
        match ScopeKind::number(octets, data_type) {
            Some(number) => self.add_to_scope(kind, number),
            None => self.has_many_places = true,
        }
    }

    #[inline]
    fn add_to_scope(&mut self, kind: ScopeKind, number: u128) {
        self.has_many_places |= !self.scope.insert(kind, number);
    }

    /// Takes an element of the IANA registry.
    fn take(&mut self, id: u16, octets: &'a [u8], domain: u32) {
        match id {
            10 | 14 | 252 | 253 => set(&mut self.interface, narrow(octets)),
            48 => set(&mut self.sampler, unsigned(octets)),
            95 => set(
                &mut self.application,
                Some(octets).filter(|id| !id.is_empty()),
            ),
            // Observation point, line card, port, metering process.
            138 | 141..=143 => self.place_number(ScopeKind::Element(ElementId::iana(id)), octets),
            // exportingProcessId is the sender itself.
            144 => {}
            145 => set(&mut self.template, unsigned(octets)),
            // 0 is not a domain in particular (RFC 7011, section 3.1).
            149 if matches!(unsigned(octets), Some(0) | None) => {}
            149 if unsigned(octets) == Some(u64::from(domain)) => {}
            149 => self.place_number(ScopeKind::OBSERVATION_DOMAIN, octets),
            // Zero is not a time, and would hide the start that another record announced.
            160 => set(
                &mut self.system_init,
                unsigned(octets).filter(|init| *init > 0),
            ),
            234 => {
                set(&mut self.ingress_vrf, narrow(octets));
                self.place_number(ScopeKind::Element(ElementId::iana(id)), octets);
            }
            235 => {
                set(&mut self.egress_vrf, narrow(octets));
                self.place_number(ScopeKind::Element(ElementId::iana(id)), octets);
            }
            301 => set(&mut self.sequence, unsigned(octets)),
            302 => set(&mut self.selector, unsigned(octets)),
            82 => self.take_name(octets, |record| &mut record.interface_name),
            83 => self.take_name(octets, |record| &mut record.interface_description),
            84 => self.take_name(octets, |record| &mut record.sampler_name),
            94 => self.take_name(octets, |record| &mut record.application_description),
            96 => self.take_name(octets, |record| &mut record.application_name),
            236 => self.take_name(octets, |record| &mut record.vrf_name),
            335 => self.take_name(octets, |record| &mut record.selector_name),
            341 => self.take_name(octets, |record| &mut record.type_name),
            303 => set(&mut self.type_element, narrow(octets)),
            339 => set(&mut self.type_data, narrow(octets)),
            344 => set(&mut self.type_semantics, narrow(octets)),
            345 => set(&mut self.type_units, narrow(octets)),
            346 => set(&mut self.type_enterprise, narrow(octets)),
            _ => self.selection.take(id, octets),
        }
    }

    /// Takes a name, unless it is empty or too long.
    fn take_name(
        &mut self,
        octets: &'a [u8],
        name: impl FnOnce(&mut Self) -> &mut Option<&'a [u8]>,
    ) {
        let is_long = is_too_long(octets);
        let is_empty = Text::new(octets).octets().is_empty();
        let kept = Some(octets).filter(|_| !is_long && !is_empty);
        self.has_name |= kept.is_some();
        self.has_long_name |= is_long;
        set(name(self), kept);
    }

    /// The selectors of a sequence are in the order in which they select (RFC 5476,
    /// section 6.5.1).
    fn gather_selectors(&mut self, record: &DataRecord<'_, '_>) {
        const SELECTOR_ID: FieldKey = FieldKey::Element(ElementId::iana(302));

        let fields = record.fields();
        let selectors = fields.filter(|field| field.template().key() == SELECTOR_ID);
        let gathered = self.selectors.get_or_insert_default();
        for number in selectors.filter_map(|field| unsigned(field.octets())) {
            if let Some(place) = gathered.numbers.get_mut(gathered.count) {
                *place = number;
            }
            gathered.count = gathered.count.saturating_add(1);
        }
    }

    /// Determines the selection that it announces, and its scope.
    fn select(&mut self) {
        self.packets = Stated::new(&self.selection.of_packets());
        if self.selection.is_any_of_flows {
            self.flows = Stated::new(&self.selection.of_flows());
        }
        if !self.scope.names_sampler() {
            if let Some(id) = self.sampler {
                self.add_to_scope(ScopeKind::Sampler, id.into());
            } else if let Some(id) = self.selector {
                self.add_to_scope(ScopeKind::Selector, id.into());
            } else if let Some(id) = self.sequence {
                self.add_to_scope(ScopeKind::SelectionSequence, id.into());
            }
        }
        match (self.ingress_scope, self.interface) {
            // With another interface it is the one where packets came in. Alone it is the one that
            // the flow was counted on: exporters describe each interface by it.
            (Some(octets), _) if self.scope.names_interface() => {
                self.place_number(ScopeKind::INGRESS_INTERFACE, octets);
            }
            (Some(octets), _) => self.place_number(ScopeKind::Interface, octets),
            (None, Some(id)) if !self.scope.names_interface() => {
                self.add_to_scope(ScopeKind::Interface, id.into());
            }
            (None, _) => {}
        }
        if let Some(id) = self.template {
            self.add_to_scope(ScopeKind::Template, id.into());
        }
    }

    /// What it announces, but nothing where its scope cannot be kept.
    pub(super) fn selection(&self, selects: Selects) -> Option<Selection> {
        let selection = self.stated(selects).selection;
        selection.filter(|_| !self.has_many_places)
    }

    /// It states a rate of 0 for a scope that can be kept.
    pub(super) const fn has_zero_rate(&self, selects: Selects) -> bool {
        self.stated(selects).has_zero_rate && !self.has_many_places
    }

    const fn stated(&self, selects: Selects) -> &Stated {
        match selects {
            Selects::Packets => &self.packets,
            Selects::Flows => &self.flows,
        }
    }

    /// The number of selections that it says something of.
    pub(super) fn stated_selections(&self) -> usize {
        let stated = [self.packets, self.flows].into_iter();
        stated
            .filter(|stated| stated.selection.is_some() || stated.has_zero_rate)
            .count()
    }

    pub(super) const fn has_selection(&self) -> bool {
        self.packets.selection.is_some() || self.flows.selection.is_some()
    }

    /// It announces a rate for more things together than are kept of one record.
    pub(crate) fn has_large_scope(&self) -> bool {
        self.has_many_places && self.has_selection()
    }

    /// It announces a sequence of more selectors than are kept of one.
    pub(crate) const fn has_long_sequence(&self) -> bool {
        matches!(&self.selectors, Some(selectors) if selectors.count > MAX_SELECTORS)
    }

    /// A selection sequence and its selectors.
    pub(super) fn selection_sequence(&self) -> Option<(u64, &[u64])> {
        let selectors = self.selectors.as_ref()?;
        let selectors = selectors.numbers.get(..selectors.count)?;
        let id = self.sequence.filter(|_| !selectors.is_empty())?;
        Some((id, selectors))
    }

    /// It has a name that can be kept.
    pub(super) const fn has_name(&self) -> bool {
        self.has_name
    }

    /// It has a name that is too long to be kept.
    pub(crate) const fn has_long_name(&self) -> bool {
        self.has_long_name
    }

    /// The application that the record describes without naming it.
    pub(super) fn described_application(&self) -> Option<(&'a [u8], &'a [u8])> {
        let description = self.application_description;
        let description = description.filter(|_| self.application_name.is_none());
        self.application.zip(description)
    }

    /// The sampler or selector that the record names, and its name.
    pub(super) fn named_sampler(&self) -> Option<(SamplerKey, &'a [u8])> {
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
    pub(super) fn memory(&self) -> usize {
        if !self.has_name {
            return 0;
        }
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

    pub(super) fn interface_text(&self) -> Option<&'a [u8]> {
        self.interface_name.or(self.interface_description)
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
