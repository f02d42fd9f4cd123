//! Names for what a flow has by number: that the exporter's options announce, and that the caller configured.

use super::Flow;
use super::sampling::EGRESS;
use crate::exporter::{AnnouncedNames, ConfiguredInterface, samplers_of};
use crate::field::Ingredient;
use crate::record::DataRecord;
use crate::value::Text;

impl<'m> Flow<'m> {
    /// Name of the input interface: that the caller configured, else from the record (interfaceName 82),
    /// unless the flow was counted as it went out, else from the options.
    #[must_use]
    pub fn input_interface_name(&self) -> Option<Text<'m>> {
        let is_counted_there = self.direction() != Some(EGRESS);
        self.interface_name(is_counted_there, self.input_interface())
    }

    /// Name of the output interface: that the caller configured, else from the record, if the flow was
    /// counted as it went out, else from the options.
    #[must_use]
    pub fn output_interface_name(&self) -> Option<Text<'m>> {
        let is_counted_there = self.direction() == Some(EGRESS);
        self.interface_name(is_counted_there, self.output_interface())
    }

    /// A record has one name (element 82): of the interface that the flow was counted on.
    fn interface_name(&self, is_counted_there: bool, index: Option<u32>) -> Option<Text<'m>> {
        let configured = self.configured_interface(index);
        if let Some(name) = configured.and_then(|interface| interface.name.as_deref()) {
            return Some(Text::new(name.as_bytes()));
        }
        let record = self.record().filter(|_| is_counted_there);
        let in_record = record.and_then(|record| sent(record, Ingredient::InterfaceName));
        in_record.or_else(|| {
            let index = index?;
            self.announced_name(|names| names.interfaces.get(&index))
        })
    }

    /// What the caller configured of the input interface.
    #[must_use]
    pub fn configured_input_interface(&self) -> Option<&'m ConfiguredInterface> {
        self.configured_interface(self.input_interface())
    }

    /// What the caller configured of the output interface.
    #[must_use]
    pub fn configured_output_interface(&self) -> Option<&'m ConfiguredInterface> {
        self.configured_interface(self.output_interface())
    }

    #[inline]
    fn configured_interface(&self, index: Option<u32>) -> Option<&'m ConfiguredInterface> {
        self.origin.interfaces.as_ref()?.get(index?)
    }

    /// Name of the ingress VRF: from the record, else from the options. A record
    /// has one name (element 236) and may have two numbers, so it names the
    /// ingress VRF unless there is only an egress VRF.
    #[must_use]
    pub fn ingress_vrf_name(&self) -> Option<Text<'m>> {
        let (ingress, egress) = (self.ingress_vrf(), self.egress_vrf());
        let named = ingress.is_some() || egress.is_none();
        self.vrf_name(ingress, named)
    }

    /// Name of the egress VRF: from the record if it is the ingress VRF too or
    /// there is none, else from the options.
    #[must_use]
    pub fn egress_vrf_name(&self) -> Option<Text<'m>> {
        let (ingress, egress) = (self.ingress_vrf(), self.egress_vrf());
        let named = egress.is_some() && (ingress.is_none() || ingress == egress);
        self.vrf_name(egress, named)
    }

    fn vrf_name(&self, number: Option<u32>, named: bool) -> Option<Text<'m>> {
        let record = self.record().filter(|_| named);
        let in_record = record.and_then(|record| sent(record, Ingredient::VrfName));
        in_record.or_else(|| {
            let number = number?;
            self.announced_name(|names| names.vrfs.get(&number))
        })
    }

    /// Name of the application: from the record, else from the options
    /// (RFC 6759, section 4); its description if it has no name.
    #[must_use]
    pub fn application_name(&self) -> Option<Text<'m>> {
        let record = self.record()?;
        sent(record, Ingredient::ApplicationName).or_else(|| {
            let announced = || {
                let id = self.application_id()?;
                self.announced_name(|names| {
                    let name = names.applications.get(&id);
                    name.or_else(|| names.descriptions.get(&id))
                })
            };
            announced().or_else(|| sent(record, Ingredient::ApplicationDescription))
        })
    }

    /// Name of the sampler or selector of the record: from the record, else from
    /// the options (samplerName 84, selectorName 335).
    #[must_use]
    pub fn sampler_name(&self) -> Option<Text<'m>> {
        let record = self.record()?;
        sent(record, Ingredient::SamplerName).or_else(|| {
            self.announced_name(|names| {
                samplers_of(record).find_map(|key| names.samplers.get(&key))
            })
        })
    }

    /// A name that its domain announced; else one that other domains of the exporter did and
    /// agree on, where the caller applies those.
    fn announced_name(
        &self,
        find: impl Fn(&'m AnnouncedNames) -> Option<Text<'m>>,
    ) -> Option<Text<'m>> {
        let exporter = self.origin.exporter.as_ref()?;
        if let Some(name) = find(&exporter.names) {
            return Some(name);
        }
        let others = self.origin.other_domains.iter();
        let mut names = others.filter_map(|exporter| find(&exporter.names));
        let first = names.next()?;
        names.all(|name| name == first).then_some(first)
    }
}

/// A name in the record itself; an empty one says nothing.
fn sent<'m>(record: &DataRecord<'m, 'm>, name: Ingredient) -> Option<Text<'m>> {
    let slot = record.template().plan().ingredient(name);
    let sent = record.slot(slot).map(Text::new);
    sent.filter(|name| !name.octets().is_empty())
}
