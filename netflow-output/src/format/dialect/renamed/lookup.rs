//! Members that are looked up: in databases, in files of the caller, and in what name servers answered.

use core::net::IpAddr;

use netflow_core::field::FlowField;
use netflow_core::{ConfiguredInterface, Flow, FlowValue};

use super::Known;
use super::form::{Form, quoted};
use crate::enrich::{Enrichment, Place, Services};
use crate::format::dialect::encode::RoomWriter;
use crate::format::dialect::protocols;
use crate::format::json::{self, Json};

/// The flags of the first packet of a client alone.
const SYN: u16 = 2;

impl Known {
    /// Whether members of this form can have a value.
    pub(super) const fn has(&self, form: Form) -> bool {
        let Enrichment {
            geo,
            host_names,
            services,
        } = &self.enrichment;
        match form {
            Form::HostNameIfAsked => host_names.is_some(),
            Form::PortName | Form::ServiceName | Form::ServicePort => services.is_some(),
            Form::City | Form::Country | Form::CountryCode | Form::Location => geo.places.is_some(),
            Form::SystemName => geo.systems.is_some(),
            Form::InterfaceDescription | Form::InterfaceSpeed => self.has_interfaces,
            _ => true,
        }
    }
}

/// Writes what is known of the values that a member is looked up by; `false` if nothing is.
pub(super) fn write(
    form: Form,
    values: &mut dyn Iterator<Item = (FlowField, FlowValue<'_>)>,
    flow: &Flow<'_>,
    enrichment: &Enrichment,
    out: &mut RoomWriter<'_>,
) -> bool {
    if form.is_of_addresses() {
        let addresses = values.filter_map(|(_, value)| match value {
            FlowValue::Address(address) => Some(address),
            _ => None,
        });
        return of_addresses(form, addresses, enrichment, out);
    }
    match values.next() {
        Some((_, FlowValue::Address(address))) => host_name(address, enrichment, out),
        Some((field, FlowValue::Unsigned(number))) => match form {
            Form::InterfaceDescription | Form::InterfaceSpeed => {
                return interface(form, field, flow, out);
            }
            _ => return service(form, number, flow, enrichment.services.as_ref(), out),
        },
        _ => return false,
    }
    true
}

impl Form {
    const fn is_of_addresses(self) -> bool {
        matches!(
            self,
            Self::City | Self::Country | Self::CountryCode | Self::Location | Self::SystemName
        )
    }
}

/// The name of the host; its address where that is not known.
fn host_name(address: IpAddr, enrichment: &Enrichment, out: &mut RoomWriter<'_>) {
    let names = enrichment.host_names.as_ref();
    match names.and_then(|names| names.name(address)) {
        Some(name) => string(&name, out),
        None => quoted(out, |out| out.address(address)),
    }
}

fn interface(form: Form, field: FlowField, flow: &Flow<'_>, out: &mut RoomWriter<'_>) -> bool {
    let interface: Option<&ConfiguredInterface> = match field {
        FlowField::InputInterface => flow.configured_input_interface(),
        _ => flow.configured_output_interface(),
    };
    let Some(interface) = interface else {
        return false;
    };
    match (form, &interface.description, interface.speed) {
        (Form::InterfaceDescription, Some(description), _) => string(description, out),
        (Form::InterfaceSpeed, _, Some(speed)) => {
            out.number((speed / 1_000_000).min(u32::MAX.into()));
        }
        _ => return false,
    }
    true
}

fn service(
    form: Form,
    port: u64,
    flow: &Flow<'_>,
    services: Option<&Services>,
    out: &mut RoomWriter<'_>,
) -> bool {
    let (Some(services), Some(protocol)) = (services, flow.protocol()) else {
        return false;
    };
    let Ok(mut port) = u16::try_from(port) else {
        return false;
    };
    if form != Form::PortName {
        let Some((source, destination)) = flow.source_port().zip(flow.destination_port()) else {
            return false;
        };
        if flow.tcp_flags() != Some(SYN) {
            port = services.server_port(protocol, source, destination);
        }
    }
    if form == Form::ServicePort {
        out.number_16(port);
        return true;
    }
    let name = services.name(protocol, port);
    quoted(out, |out| {
        if let Some(name) = name {
            out.directly(|out| json::escape(out, name.as_bytes()));
            out.short(b" (");
        }
        match protocols::keyword(protocol) {
            "" => {
                out.short(b"UNKNOWN(");
                out.number_16(protocol.into());
                out.octet(b')');
            }
            keyword => out.text(keyword.as_bytes()),
        }
        out.octet(b'/');
        out.make_room();
        out.number_16(port);
        if name.is_some() {
            out.octet(b')');
        }
    });
    true
}

/// What databases know of one address or several: one value, or an array of those that differ.
fn of_addresses(
    form: Form,
    addresses: impl Iterator<Item = IpAddr>,
    Enrichment { geo, .. }: &Enrichment,
    out: &mut RoomWriter<'_>,
) -> bool {
    if form == Form::Location {
        let mut places = addresses.filter_map(|address| geo.place(address)?.location);
        return match places.next() {
            Some(degrees) => location(degrees, out),
            None => false,
        };
    }
    let text = |address| {
        if form == Form::SystemName {
            let system = geo.system(address)?;
            return Some(match system.organization {
                Some(organization) => format!("{organization} ({})", system.number),
                None => system.number.to_string(),
            });
        }
        name(form, geo.place(address)?).map(str::to_owned)
    };
    let mut texts: Vec<String> = addresses.filter_map(text).collect();
    texts.dedup();
    match &*texts {
        [] => return false,
        [one] => string(one, out),
        [first, others @ ..] => {
            out.octet(b'[');
            string(first, out);
            for other in others {
                out.octet(b',');
                string(other, out);
            }
            out.octet(b']');
        }
    }
    true
}

const fn name(form: Form, place: Place<'_>) -> Option<&str> {
    match form {
        Form::City => place.city,
        Form::Country => place.country,
        _ => place.country_code,
    }
}

/// Latitude and longitude as Logstash's filter `geoip` writes them; `false` if JSON has no such numbers.
fn location((latitude, longitude): (f64, f64), out: &mut RoomWriter<'_>) -> bool {
    let is_finite = latitude.is_finite() && longitude.is_finite();
    if is_finite {
        out.directly(|out| {
            let mut json = Json::new(out);
            json.open(b'{');
            json.key("lat");
            json.float(latitude);
            json.key("lon");
            json.float(longitude);
            json.close(b'}');
        });
    }
    is_finite
}

/// A string of others.
fn string(text: &str, out: &mut RoomWriter<'_>) {
    out.directly(|out| json::quote(text, out));
    out.make_room();
}
