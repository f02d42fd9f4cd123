//! `observer` of a document: the exporter, and the interfaces that the caller named.

use netflow_core::{ConfiguredInterface, Flow, MessageHeader};

use super::{EcsOptions, Encode};

/// The interfaces of a flow that the caller named. Elastic's input writes none: without names, documents are as
/// it writes them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ObservedInterfaces<'m> {
    ingress: Option<&'m ConfiguredInterface>,
    egress: Option<&'m ConfiguredInterface>,
}

impl<'m> ObservedInterfaces<'m> {
    pub(super) fn of(flow: Flow<'m>) -> Self {
        Self {
            ingress: flow.configured_input_interface(),
            egress: flow.configured_output_interface(),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.ingress.is_none() && self.egress.is_none()
    }

    /// Writes `observer` with the address of the exporter and these interfaces.
    pub(super) fn write_observer<E: Encode>(
        &self,
        header: &MessageHeader,
        options: &EcsOptions,
        out: &mut E,
    ) {
        out.key("observer");
        out.object(|out| {
            out.key("ip");
            let address = header.exporter.ip();
            if options.integration {
                out.array(|out| out.address(address));
            } else {
                out.address(address);
            }
            write_interface("ingress", self.ingress, out);
            write_interface("egress", self.egress, out);
        });
    }
}

/// The members that ECS has for an interface; all are keywords, the number too.
fn write_interface<E: Encode>(
    side: &'static str,
    interface: Option<&ConfiguredInterface>,
    out: &mut E,
) {
    let Some(interface) = interface else {
        return;
    };
    out.key(side);
    out.object(|out| {
        out.key("interface");
        out.object(|out| {
            out.key("id");
            out.string(&interface.index.to_string());
            let texts = [("name", &interface.name), ("alias", &interface.description)];
            for (key, text) in texts {
                if let Some(text) = text {
                    out.key(key);
                    out.string(text);
                }
            }
        });
    });
}
