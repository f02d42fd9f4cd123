//! Reading an options record: what it is about, and what it says.

use super::Exporter;
use super::names::is_too_long;
use super::sampling::{Announced, SamplerKey, ToldRate};
use crate::element::{DataType, ElementId, Semantics, TypeRecord, Units};
use crate::record::DataRecord;
use crate::time::Timestamp;
use crate::value::{Text, unsigned};
use crate::wire::set::FIRST_DATA_SET;
use crate::wire::template::FieldKey;

/// What one options record holds that anyone asks for later.
#[derive(Debug, Default)]
pub(crate) struct OptionsRecord<'a> {
    sampler: Option<u64>,
    selector: Option<u64>,
    interface: Option<u32>,
    template: Option<u16>,
    /// The record waited for its template: others may have come since.
    late: bool,
    sampler_name: Option<&'a [u8]>,
    selector_name: Option<&'a [u8]>,
    random_interval: Option<u64>,
    rate: ToldRate<'a>,
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
}

/// Scope type Interface of v9 (RFC 3954, section 6.1).
const INTERFACE_SCOPE: u16 = 2;
/// Scope type Template.
const TEMPLATE_SCOPE: u16 = 5;

impl<'a> OptionsRecord<'a> {
    /// Gathers the fields; of the same twice, the first.
    pub(crate) fn new(record: &DataRecord<'a, '_>, late: bool) -> Self {
        let mut options = Self {
            late,
            ..Self::default()
        };
        for field in record.fields() {
            let octets = field.octets();
            match field.template().key() {
                FieldKey::Scope(INTERFACE_SCOPE) => set(&mut options.interface, narrow(octets)),
                FieldKey::Scope(TEMPLATE_SCOPE) => set(&mut options.template, narrow(octets)),
                FieldKey::Scope(_) => {}
                FieldKey::Element(id) if id.enterprise_number == 0 => options.take(id.id, octets),
                FieldKey::Element(_) => {}
            }
        }
        // No records but these are of that template: all are meant.
        let own = record.template().id();
        options.template = options
            .template
            .filter(|id| *id >= FIRST_DATA_SET && *id != own);
        options
    }

    fn take(&mut self, id: u16, octets: &'a [u8]) {
        if let Some(name) = self.name(id) {
            let is_long = is_too_long(octets);
            let is_empty = Text::new(octets).octets().is_empty();
            set(name, Some(octets).filter(|_| !is_long && !is_empty));
            self.has_long_name |= is_long;
            return;
        }
        match id {
            10 | 14 | 252 | 253 => set(&mut self.interface, narrow(octets)),
            34 => set(&mut self.rate.interval, unsigned(octets)),
            48 => set(&mut self.sampler, unsigned(octets)),
            50 => set(&mut self.random_interval, unsigned(octets)),
            95 => set(
                &mut self.application,
                Some(octets).filter(|id| !id.is_empty()),
            ),
            145 => set(&mut self.template, narrow(octets)),
            160 => set(&mut self.system_init, unsigned(octets)),
            234 => set(&mut self.ingress_vrf, narrow(octets)),
            235 => set(&mut self.egress_vrf, narrow(octets)),
            302 => set(&mut self.selector, unsigned(octets)),
            303 => set(&mut self.type_element, narrow(octets)),
            305 => set(&mut self.rate.taken, unsigned(octets)),
            306 => set(&mut self.rate.left_out, unsigned(octets)),
            309 => set(&mut self.rate.size, unsigned(octets)),
            310 => set(&mut self.rate.population, unsigned(octets)),
            311 => set(&mut self.rate.probability, Some(octets)),
            339 => set(&mut self.type_data, narrow(octets)),
            344 => set(&mut self.type_semantics, narrow(octets)),
            345 => set(&mut self.type_units, narrow(octets)),
            346 => set(&mut self.type_enterprise, narrow(octets)),
            _ => {}
        }
    }

    /// Where the name goes that this element is.
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

    /// It has a name that is too long to be kept.
    pub(crate) const fn has_long_name(&self) -> bool {
        self.has_long_name
    }

    /// One packet of so many; 0 says nothing.
    fn rate(&self) -> Option<u64> {
        let random = self.random_interval.filter(|rate| *rate > 0);
        random.or_else(|| self.rate.rate())
    }

    /// What the rate belongs to: the nearest that the record names.
    fn sampled(&self) -> SamplerKey {
        let sampler = self.sampler.map(SamplerKey::Sampler);
        sampler
            .or_else(|| self.selector.map(SamplerKey::Selector))
            .or_else(|| self.interface.map(SamplerKey::Interface))
            .or_else(|| self.template.map(SamplerKey::Template))
            .unwrap_or(SamplerKey::Exporter)
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
        match self.sampled() {
            key @ SamplerKey::Sampler(_) => Some((key, sampler.or(selector)?)),
            key @ SamplerKey::Selector(_) => Some((key, selector.or(sampler)?)),
            _ => None,
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

    /// Octets of memory that learning the record takes at most.
    pub(crate) fn memory(&self) -> usize {
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

impl Exporter {
    /// Whether the record says anything that is not known yet: most options
    /// come again and again.
    pub(crate) fn is_news(&self, options: &OptionsRecord<'_>) -> bool {
        let names = &self.names;
        self.new_rate(options).is_some()
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

    /// The rate that the record tells, if another is known or none. One that waited
    /// does not stand before what came since.
    fn new_rate(&self, options: &OptionsRecord<'_>) -> Option<(SamplerKey, u64)> {
        let (key, rate) = (options.sampled(), options.rate()?);
        let known = self.samplers.get(key).map(|announced| announced.rate);
        let is_new = known.is_none_or(|known| known != rate && !options.late);
        is_new.then_some((key, rate))
    }

    /// Learns what the record says; the last word stands. `frame` is the
    /// number of the datagram it came in.
    pub(crate) fn learn(&mut self, options: &OptionsRecord<'_>, frame: u64) {
        // Other news of the record do not make the rate a new one.
        if let Some((key, rate)) = self.new_rate(options) {
            self.samplers.insert(key, Announced { rate, frame });
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
