//! Names that the exporter's options give to what a flow has by number.

use super::{Flow, Source};
use crate::field::{FlowField, Ingredient};
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
        let Source::Record(record) = &self.source else {
            return None;
        };
        let slot = record
            .template()
            .plan()
            .ingredient(Ingredient::ApplicationName);
        let sent = record.slot(slot).map(Text::new);
        sent.filter(|name| !name.octets().is_empty()).or_else(|| {
            let names = &self.origin.exporter.as_ref()?.names;
            let id = Self::octets_of(record, FlowField::ApplicationId)?;
            names.applications.get(id)
        })
    }
}
