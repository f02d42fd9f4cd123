//! Records of NetFlow and IPFIX.

use netflow_core::Set;
use netflow_core::element::{DataType, ElementId, iana};
use netflow_core::packet::{HeaderProtocol, Packet};
use netflow_core::record::{DataRecord, List, SubTemplateList};
use netflow_core::wire::template::FieldKey;

use super::{Anonymiser, place};

/// Lists inside lists are followed to this depth.
const DEPTH: u8 = 4;
/// The scope "System" of NetFlow v9 (RFC 3954, section 6.1): the exporter, often by its address.
const SYSTEM: u16 = 1;
/// The scopes of NetFlow v9 that are numbers: interface, line card, cache and template.
const NUMBERED: [u16; 4] = [2, 3, 4, 5];
/// The first octet of an Ethernet frame is the first of a section.
const ETHERNET: u64 = 1;

/// NF_F_INGRESS_ACL_ID and NF_F_EGRESS_ACL_ID of Cisco's firewalls: hashes of the names of rules.
const RULES: [ElementId; 2] = [ElementId::iana(33_000), ElementId::iana(33_001)];
/// Octets before the values of a basicList (RFC 6313, section 4.5.1): semantic, element and length.
const BASIC: usize = 5;
/// The same with an enterprise number.
const BASIC_OF_ENTERPRISE: usize = 9;

/// What octets hold.
#[derive(Debug, Clone, Copy)]
enum Content {
    Address,
    Mac,
    /// The first octets of a packet.
    Packet(HeaderProtocol),
    /// Nothing that identifies anybody.
    Harmless,
    Unknown,
}

impl Content {
    fn of(key: FieldKey, data_type: Option<DataType>) -> Self {
        let id = match key {
            FieldKey::Element(id) => id,
            FieldKey::Scope(SYSTEM) => return Self::Address,
            FieldKey::Scope(scope) if NUMBERED.contains(&scope) => return Self::Harmless,
            FieldKey::Scope(_) => return Self::Unknown,
        };
        match data_type {
            Some(DataType::Ipv4Address | DataType::Ipv6Address) => Self::Address,
            Some(DataType::MacAddress) => Self::Mac,
            Some(DataType::OctetArray) => Self::of_octets(id),
            Some(_) => Self::Harmless,
            None => Self::Unknown,
        }
    }

    /// What an element holds that is only octets to the registries.
    fn of_octets(id: ElementId) -> Self {
        if id == iana::IP_HEADER_PACKET_SECTION.id {
            return Self::Packet(HeaderProtocol::IPV4);
        }
        // What follows the labels is often in it.
        if id == iana::MPLS_LABEL_STACK_SECTION.id {
            return Self::Packet(HeaderProtocol::MPLS);
        }
        let is_frame = [
            iana::DATA_LINK_FRAME_SECTION.id,
            iana::LAYER2_PACKET_SECTION_DATA.id,
        ];
        if is_frame.contains(&id) {
            return Self::Packet(HeaderProtocol::ETHERNET);
        }
        let first_label = iana::MPLS_TOP_LABEL_STACK_SECTION.id;
        let last_label = iana::MPLS_LABEL_STACK_SECTION10.id;
        let is_label =
            id.enterprise_number == 0 && (first_label.id..=last_label.id).contains(&id.id);
        if is_label || RULES.contains(&id) || id == iana::APPLICATION_ID.id {
            Self::Harmless
        } else {
            Self::Unknown
        }
    }
}

impl Anonymiser {
    /// Fills the body of a set of records.
    pub(super) fn records(&self, set: &Set<'_>, body: &mut [u8]) {
        for record in set.records() {
            let place = place(record.octets(), set.body());
            if let Some(body) = place.and_then(|place| body.get_mut(place)) {
                body.copy_from_slice(record.octets());
                self.record(&record, body, DEPTH);
            }
        }
    }

    /// Replaces the addresses of a record, whose octets are in the body.
    fn record(&self, record: &DataRecord<'_, '_>, body: &mut [u8], depth: u8) {
        let number = |id| {
            record
                .get(id)
                .and_then(|field| netflow_core::value::unsigned(field.octets()))
        };
        let is_from_start = number(iana::SECTION_OFFSET.id).is_none_or(|offset| offset == 0);
        let is_ethernet = number(iana::DATA_LINK_FRAME_TYPE.id).is_none_or(|kind| kind == ETHERNET);
        let is_whole = is_from_start && is_ethernet;
        for field in record.fields() {
            let Some(body) =
                place(field.octets(), record.octets()).and_then(|place| body.get_mut(place))
            else {
                continue;
            };
            if let Some(list) = field.list() {
                self.list(&list, field.octets(), body, depth);
                continue;
            }
            if let Some((protocol, packet)) = record.packet_in(&field) {
                self.replace_packet(protocol, &packet, body);
                continue;
            }
            match Content::of(field.template().key(), field.template().data_type()) {
                Content::Packet(_) if !is_whole => body.fill(0),
                content => self.content(content, field.octets(), body),
            }
        }
    }

    /// Replaces what octets hold.
    fn content(&self, content: Content, octets: &[u8], body: &mut [u8]) {
        match content {
            Content::Address => self.replace_address(body),
            Content::Mac => self.replace_mac(body),
            Content::Packet(protocol) => {
                self.replace_packet(protocol, &Packet::dissect(protocol, octets), body);
            }
            Content::Harmless => {}
            Content::Unknown => body.fill(0),
        }
    }

    /// Replaces the addresses of a list, whose octets are in the body. What is too deep, of templates that
    /// are not known, or after the last item is zeroed.
    fn list(&self, list: &List<'_, '_>, octets: &[u8], body: &mut [u8], depth: u8) {
        let Some(depth) = depth.checked_sub(1) else {
            return body.fill(0);
        };
        let mut items = Items {
            octets,
            body,
            end: 0,
        };
        match list {
            List::Basic(list) => {
                items.end = if list.id().enterprise_number == 0 {
                    BASIC
                } else {
                    BASIC_OF_ENTERPRISE
                };
                let data_type = list.element().and_then(|element| element.data_type);
                let content = Content::of(FieldKey::Element(list.id()), data_type);
                for value in list.values() {
                    items.replace(value.octets(), |body| match value.list() {
                        Some(inner) => self.list(&inner, value.octets(), body, depth),
                        None => self.content(content, value.octets(), body),
                    });
                }
            }
            List::SubTemplate(list) => self.list_records(list, &mut items, depth),
            List::SubTemplateMulti(list) => {
                for part in list.parts() {
                    self.list_records(&part, &mut items, depth);
                }
            }
        }
        items.blank_rest();
    }

    fn list_records(&self, list: &SubTemplateList<'_, '_>, items: &mut Items<'_>, depth: u8) {
        if list.template().is_none() {
            return items.replace(list.octets(), |body| body.fill(0));
        }
        for record in list.records() {
            items.replace(record.octets(), |body| self.record(&record, body, depth));
        }
    }
}

/// The items of a list, being replaced.
struct Items<'l> {
    /// The octets of the list as they were sent.
    octets: &'l [u8],
    body: &'l mut [u8],
    /// Where the last item ends.
    end: usize,
}

impl Items<'_> {
    /// Replaces one item.
    fn replace(&mut self, item: &[u8], replace: impl FnOnce(&mut [u8])) {
        let place = place(item, self.octets);
        if let Some((place, body)) =
            place.and_then(|place| Some((place.clone(), self.body.get_mut(place)?)))
        {
            self.end = place.end;
            replace(body);
        }
    }

    /// Zeroes what follows the last item.
    fn blank_rest(self) {
        if let Some(rest) = self.body.get_mut(self.end..) {
            rest.fill(0);
        }
    }
}
