//! What v9 and IPFIX share: templates, and sets of records.

use netflow_core::element::{ElementId, iana};
use netflow_core::encode::{IpfixHeader, MessageBuilder, NetflowV9Header, TemplateDefinition};

use super::{Case, FULL, NOW};

/// One of the two protocols.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sets {
    protocol: &'static str,
    header_len: usize,
    /// The id of sets of templates.
    templates: u16,
    /// Messages of nothing but a header in a datagram: those of v9 do not say how long
    /// they are, so that one takes all of it.
    headers: u32,
}

pub(super) const NETFLOW_V9: Sets = Sets {
    protocol: "v9",
    header_len: 20,
    templates: 0,
    headers: 1,
};

pub(super) const IPFIX: Sets = Sets {
    protocol: "ipfix",
    header_len: 16,
    templates: 2,
    headers: 87,
};

/// Octets of the header of a set.
const SET: usize = 4;

impl Sets {
    pub(super) fn message(self, number: u32) -> MessageBuilder {
        self.domain(number, 1)
    }

    fn domain(self, number: u32, domain: u32) -> MessageBuilder {
        match self.protocol {
            "v9" => MessageBuilder::new(
                NetflowV9Header::default()
                    .with_sys_uptime(NOW)
                    .with_unix_secs(NOW)
                    .with_sequence(number)
                    .with_source_id(domain),
            ),
            _ => MessageBuilder::new(
                IpfixHeader::default()
                    .with_export_time(NOW)
                    .with_sequence(number)
                    .with_observation_domain(domain),
            ),
        }
    }

    /// A message of these sets as they are.
    pub(super) fn sets(self, number: u32, sets: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut octets = self.message(number).finish();
        let short = |len: usize| u16::try_from(len).expect("a message is short");
        for (id, body) in sets {
            octets.extend(id.to_be_bytes());
            octets.extend(short(body.len() + SET).to_be_bytes());
            octets.extend(body);
        }
        // The octets of the message, and in v9 its records.
        let len = match self.protocol {
            "v9" => short(sets.len()),
            _ => short(octets.len()),
        };
        octets[2..4].copy_from_slice(&len.to_be_bytes());
        octets
    }

    /// A message of one set that fills it, of these octets.
    pub(super) fn full(self, number: u32, id: u16, octet: u8) -> Vec<u8> {
        self.sets(number, &[(id, vec![octet; self.room()])])
    }

    /// A message full of records of `len` octets, by the template of this id.
    fn records(self, number: u32, id: u16, len: usize) -> Vec<u8> {
        self.sets(number, &[(id, vec![1; self.room() / len * len])])
    }

    /// Octets in one set of a full message.
    fn room(self) -> usize {
        FULL - self.header_len - SET
    }

    pub(super) fn announce(self, templates: &[TemplateDefinition]) -> Vec<u8> {
        let mut message = self.message(0);
        for template in templates {
            message.template(template).expect("templates fit");
        }
        message.finish()
    }

    pub(super) fn case(
        self,
        name: &'static str,
        datagram: impl Fn(u32) -> Vec<u8> + 'static,
    ) -> Case {
        Case::new(self.protocol, name, datagram)
    }

    pub(super) fn cases(self) -> Vec<Case> {
        let mut cases = vec![
            self.case("normal: 30 records of 11 fields", move |number| {
                self.records(number, 256, USUAL)
            })
            .announced(self.announce(&[usual()])),
            self.case("records of one octet", move |number| {
                self.full(number, 256, 1)
            })
            .announced(self.announce(&[one(256)])),
            self.case(
                "records of one octet and 64 fields of none",
                move |number| self.full(number, 256, 1),
            )
            .announced(self.announce(&[hollow(64)])),
        ];
        cases.extend(self.template_floods());
        cases.extend(self.id_floods());
        cases.push(self.options());
        cases.push(self.rates());
        cases
    }

    fn template_floods(self) -> Vec<Case> {
        vec![
            self.case("templates of one field, each time another", move |number| {
                let mut message = self.message(number).with_limit(FULL);
                let element = ElementId::iana(1 + small(number) % 400);
                for id in 256.. {
                    let template = TemplateDefinition::new(id).field(element, 4);
                    if message.template(&template).is_err() {
                        break;
                    }
                }
                message.finish()
            }),
            self.case(
                "a template of 300 fields, each time another",
                move |number| {
                    let fields = (0..300).map(|field| 1 + (small(number) + field) % 400);
                    let template = fields.fold(TemplateDefinition::new(256), |template, id| {
                        template.field(ElementId::iana(id), 4)
                    });
                    self.announce_at(1, &template)
                },
            ),
            self.case("a template that announces 65,535 fields", move |number| {
                let fields = [0, 8, 0, 4].into_iter().cycle();
                let body = [1, 0, 0xff, 0xff].into_iter().chain(fields);
                self.sets(
                    number,
                    &[(self.templates, body.take(self.room()).collect())],
                )
            }),
        ]
    }

    fn announce_at(self, number: u32, template: &TemplateDefinition) -> Vec<u8> {
        let mut message = self.message(number);
        message.template(template).expect("it fits");
        message.finish()
    }

    fn id_floods(self) -> Vec<Case> {
        let many = move |octets: usize| (FULL - self.header_len) / (SET + octets);
        let ids = move |octets: usize| (300..).take(many(octets));
        let empty = move |id: u16| vec![(id, Vec::new()); many(0)];
        let headers = self.headers;
        vec![
            self.case("empty sets of unknown ids", move |number| {
                let all: Vec<_> = ids(0).map(|id| (id, Vec::new())).collect();
                self.sets(number, &all)
            }),
            self.case(
                "sets of one octet that wait and are never delivered",
                move |number| {
                    let all: Vec<_> = ids(1).map(|id| (id, vec![1])).collect();
                    self.sets(number, &all)
                },
            ),
            self.case("empty sets of a known id", move |number| {
                self.sets(number, &empty(256))
            })
            .announced(self.announce(&[usual()])),
            self.case("reserved sets", move |number| self.sets(number, &empty(9))),
            self.case(
                "messages without sets, as many as a datagram holds",
                move |number| {
                    (0..headers)
                        .flat_map(|_| self.message(number).finish())
                        .collect()
                },
            ),
            self.case(
                "messages without sets, each of another domain",
                move |number| {
                    let first = number.wrapping_mul(headers);
                    (0..headers)
                        .flat_map(|part| self.domain(1, first.wrapping_add(part)).finish())
                        .collect()
                },
            ),
            self.case("a template of another address each time", move |number| {
                self.announce_at(number, &one(256))
            })
            .forged(),
        ]
    }

    /// Names of interfaces, each time others.
    fn options(self) -> Case {
        let template = TemplateDefinition::options(400, 1);
        let template = match self.protocol {
            // An interface.
            "v9" => template.scope(2, 4),
            _ => template.field(iana::INGRESS_INTERFACE.id, 4),
        };
        let template = template.field(iana::INTERFACE_NAME.id, 2);
        let names = template.clone();
        self.case("names of interfaces, each time others", move |number| {
            let mut message = self.message(number).with_limit(FULL);
            for interface in 0.. {
                let values = [(number.wrapping_mul(250) + interface).into(), "ab".into()];
                if message.record(&names, values).is_err() {
                    break;
                }
            }
            message.finish()
        })
        .announced(self.announce(&[template]))
    }

    /// Sampling rates of four things together, each time others: a record may name any part of
    /// them.
    fn rates(self) -> Case {
        let template = TemplateDefinition::options(401, 1);
        let template = match self.protocol {
            // A line card.
            "v9" => template.scope(3, 1),
            _ => template.field(iana::LINE_CARD_ID.id, 1),
        };
        let template = template
            .field(iana::METERING_PROCESS_ID.id, 1)
            .field(iana::OBSERVATION_POINT_ID.id, 1)
            .field(iana::INGRESS_VRF_ID.id, 1)
            .field(iana::SAMPLING_INTERVAL.id, 1);
        let rates = template.clone();
        self.case(
            "sampling rates of four things, each time others",
            move |number| {
                let mut message = self.message(number).with_limit(FULL);
                for record in 0_u32.. {
                    let [a, b, c, d] = number.wrapping_mul(250).wrapping_add(record).to_be_bytes();
                    let octets = [a, b, c, d, 1 + d % 3];
                    if message.octets(&rates, &octets).is_err() {
                        break;
                    }
                }
                message.finish()
            },
        )
        .announced(self.announce(&[template]))
    }
}

/// Octets of a usual record.
const USUAL: usize = 45;

/// What routers send: eleven fields.
fn usual() -> TemplateDefinition {
    TemplateDefinition::new(256)
        .field(iana::SOURCE_IPV4_ADDRESS.id, 4)
        .field(iana::DESTINATION_IPV4_ADDRESS.id, 4)
        .field(iana::SOURCE_TRANSPORT_PORT.id, 2)
        .field(iana::DESTINATION_TRANSPORT_PORT.id, 2)
        .field(iana::PROTOCOL_IDENTIFIER.id, 1)
        .field(iana::OCTET_DELTA_COUNT.id, 4)
        .field(iana::PACKET_DELTA_COUNT.id, 4)
        .field(iana::FLOW_START_MILLISECONDS.id, 8)
        .field(iana::FLOW_END_MILLISECONDS.id, 8)
        .field(iana::INGRESS_INTERFACE.id, 4)
        .field(iana::EGRESS_INTERFACE.id, 4)
}

/// A template of one field, of one octet.
pub(super) fn one(id: u16) -> TemplateDefinition {
    TemplateDefinition::new(id).field(iana::PROTOCOL_IDENTIFIER.id, 1)
}

/// A template of `fields` zero-length fields, and one field of one octet.
fn hollow(fields: u16) -> TemplateDefinition {
    (0..fields)
        .fold(TemplateDefinition::new(256), |template, _| {
            template.field(iana::INTERFACE_NAME.id, 0)
        })
        .field(iana::PROTOCOL_IDENTIFIER.id, 1)
}

/// A number that can be added to.
fn small(number: u32) -> u16 {
    u16::try_from(number % 30_000).unwrap_or(0)
}
