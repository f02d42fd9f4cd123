//! Names that the exporter's options give to what a flow has by number.

use super::{Flow, ingredient};
use crate::exporter::SamplerKey;
use crate::field::{FlowField, Ingredient};
use crate::record::DataRecord;
use crate::value::Text;

impl<'m> Flow<'m> {
    /// Name of the input interface.
    #[must_use]
    pub fn input_interface_name(&self) -> Option<Text<'m>> {
        let names = &self.origin.exporter.as_ref()?.names;
        names.interfaces.get(&self.input_interface()?)
    }

    /// Name of the output interface.
    #[must_use]
    pub fn output_interface_name(&self) -> Option<Text<'m>> {
        let names = &self.origin.exporter.as_ref()?.names;
        names.interfaces.get(&self.output_interface()?)
    }

    /// Name of the ingress VRF.
    #[must_use]
    pub fn ingress_vrf_name(&self) -> Option<Text<'m>> {
        let names = &self.origin.exporter.as_ref()?.names;
        names.vrfs.get(&self.ingress_vrf()?)
    }

    /// Name of the egress VRF.
    #[must_use]
    pub fn egress_vrf_name(&self) -> Option<Text<'m>> {
        let names = &self.origin.exporter.as_ref()?.names;
        names.vrfs.get(&self.egress_vrf()?)
    }

    /// Name of the application: of the record, else of the options
    /// (RFC 6759, section 4).
    #[must_use]
    pub fn application_name(&self) -> Option<Text<'m>> {
        let record = self.record()?;
        sent(record, Ingredient::ApplicationName).or_else(|| {
            let names = &self.origin.exporter.as_ref()?.names;
            let id = Self::octets_of(record, FlowField::ApplicationId)?;
            names.applications.get(id)
        })
    }

    /// Name of the sampler or selector of the record: of the record, else of
    /// the options (samplerName 84, selectorName 335).
    #[must_use]
    pub fn sampler_name(&self) -> Option<Text<'m>> {
        let record = self.record()?;
        sent(record, Ingredient::SamplerName).or_else(|| {
            let samplers = &self.origin.exporter.as_ref()?.names.samplers;
            let plan = record.template().plan();
            let id = |what| ingredient(record, plan.ingredient(what));
            let by_sampler = id(Ingredient::SamplerId)
                .and_then(|sampler| samplers.get(&SamplerKey::Sampler(sampler)));
            by_sampler.or_else(|| {
                let selector = id(Ingredient::SelectorId)?;
                samplers.get(&SamplerKey::Selector(selector))
            })
        })
    }
}

/// A name in the record itself; an empty one says nothing.
fn sent<'m>(record: &DataRecord<'m, 'm>, name: Ingredient) -> Option<Text<'m>> {
    let slot = record.template().plan().ingredient(name);
    let sent = record.slot(slot).map(Text::new);
    sent.filter(|name| !name.octets().is_empty())
}
