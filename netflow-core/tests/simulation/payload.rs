//! The octets of messages.

use netflow_core::wire::fixed;

use crate::history::{Kind, Message, TrueFlow};

/// Octets that are being written.
#[derive(Default)]
struct Octets(Vec<u8>);

impl Octets {
    fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    fn u16(&mut self, number: u16) {
        self.0.extend(number.to_be_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.0.extend(number.to_be_bytes());
    }

    fn u64(&mut self, number: u64) {
        self.0.extend(number.to_be_bytes());
    }

    /// The last octets of a number.
    fn number(&mut self, number: u64, len: u16) {
        let octets = number.to_be_bytes();
        self.0.extend(&octets[8 - usize::from(len)..]);
    }

    /// A set, or an XDR block with `wide` headers, around what `fill` writes.
    fn set(&mut self, id: u16, fill: impl FnOnce(&mut Self)) {
        self.u16(id);
        let place = self.0.len();
        self.u16(0);
        fill(self);
        let length = u16::try_from(self.0.len() - place + 2).unwrap();
        self.0[place..place + 2].copy_from_slice(&length.to_be_bytes());
    }

    fn block(&mut self, format: u32, fill: impl FnOnce(&mut Self)) {
        self.u32(format);
        let place = self.0.len();
        self.u32(0);
        fill(self);
        let length = u32::try_from(self.0.len() - place - 4).unwrap();
        self.0[place..place + 4].copy_from_slice(&length.to_be_bytes());
    }
}

pub(crate) fn octets(kind: Kind, message: &Message) -> Vec<u8> {
    let mut octets = Octets::default();
    match kind {
        Kind::V1 => fixed_version(&mut octets, 1, message),
        Kind::V5 => fixed_version(&mut octets, 5, message),
        Kind::V6 => fixed_version(&mut octets, 6, message),
        Kind::V7 => fixed_version(&mut octets, 7, message),
        Kind::V8 => fixed_version(&mut octets, 8, message),
        kind if kind.is_v9() => v9(&mut octets, kind, message),
        Kind::Sflow => sflow(&mut octets, message),
        _ => ipfix(&mut octets, kind, message),
    }
    octets.0
}

fn seconds(millis: u64) -> u32 {
    u32::try_from(millis / 1_000).unwrap()
}

fn count(message: &Message) -> u16 {
    message.flows.len().try_into().unwrap()
}

fn fixed_version(octets: &mut Octets, version: u16, message: &Message) {
    octets.u16(version);
    octets.u16(count(message));
    octets.u32(message.uptime(message.sent));
    octets.u32(seconds(message.sent));
    octets.u32(u32::try_from(message.sent % 1_000).unwrap() * 1_000_000);
    // Version 8 changes its scheme of aggregation where others change their template.
    let scheme = match version {
        8 => [8, 7][message.layout],
        _ => 0,
    };
    match version {
        1 => {}
        7 => {
            octets.u32(message.number);
            octets.u32(0);
        }
        8 => {
            octets.u32(message.number);
            octets.u16(0x0102);
            octets.u8(scheme);
            octets.u8(2);
            octets.u32(0);
        }
        _ => {
            octets.u32(message.number);
            octets.u16(0x0102);
            octets.u16(0x4000 | message.rate);
        }
    }
    let layout = fixed::layout(version, scheme).unwrap();
    for flow in &message.flows {
        for field in layout.fields {
            let value = match field.name {
                "srcaddr" => u64::from(flow.id),
                "input" => u64::from(flow.interface),
                "first" => u64::from(message.uptime(flow.start)),
                "last" => u64::from(message.uptime(flow.end)),
                _ => 0,
            };
            octets.number(value, field.len);
        }
    }
}

/// The fields of a template: element and length.
fn fields(kind: Kind, layout: usize) -> Vec<(u16, u16)> {
    let mut fields = match (kind, layout) {
        (kind, 0) if kind.has_absolute_times() => vec![(152, 8), (153, 8)],
        (kind, _) if kind.has_absolute_times() => vec![(156, 8), (157, 8)],
        _ => vec![(22, 4), (21, 4)],
    };
    fields.extend(match kind {
        Kind::V9 => [(48, 1), (8, 4)],
        Kind::IpfixUptime => [(302, 8), (8, 4)],
        _ => [(10, 2), (8, 4)],
    });
    if layout == 1 {
        fields.reverse();
        fields.insert(1, (2, 3));
    }
    fields
}

/// The fields of the options, the first of them the scope.
fn options(kind: Kind) -> Vec<(u16, u16)> {
    match kind {
        Kind::V9 => vec![(1, 4), (48, 2), (49, 1), (50, 2)],
        kind if kind.is_v9() => vec![(1, 4), (34, 4), (35, 1)],
        Kind::IpfixUptime => vec![(302, 8), (305, 4), (306, 4), (160, 8)],
        _ => vec![(10, 4), (50, 4)],
    }
}

/// What a field of a flow or of the options holds.
fn value(element: u16, message: &Message, flow: Option<&TrueFlow>) -> u64 {
    const NTP: u64 = 2_208_988_800;
    let ntp = |millis: u64| (millis / 1_000 + NTP) << 32 | (((millis % 1_000) << 32) / 1_000);
    match (element, flow) {
        (8, Some(flow)) => u64::from(flow.id),
        (10, Some(flow)) => u64::from(flow.interface),
        (22, Some(flow)) => u64::from(message.uptime(flow.start)),
        (21, Some(flow)) => u64::from(message.uptime(flow.end)),
        (152, Some(flow)) => flow.start,
        (153, Some(flow)) => flow.end,
        (156, Some(flow)) => ntp(flow.start),
        (157, Some(flow)) => ntp(flow.end),
        // Sampler, selector, or the interface that is sampled; packets sampled of an interval.
        (48 | 302 | 10 | 305, _) => 1,
        (34 | 50, None) => u64::from(message.rate),
        (306, None) => u64::from(message.rate) - 1,
        (160, None) => message.boot,
        _ => 0,
    }
}

const OPTIONS: u16 = 500;

/// The sets of a message of v9 or IPFIX.
fn sets(octets: &mut Octets, kind: Kind, message: &Message) {
    let is_v9 = kind.is_v9();
    let [templates, options_templates] = if is_v9 { [0, 1] } else { [2, 3] };
    let fields = fields(kind, message.layout);
    let options = options(kind);
    let specify = |octets: &mut Octets, fields: &[(u16, u16)]| {
        for (element, len) in fields {
            octets.u16(*element);
            octets.u16(*len);
        }
    };
    if message.announces {
        octets.set(templates, |octets| {
            octets.u16(message.template);
            octets.u16(fields.len().try_into().unwrap());
            specify(octets, &fields);
        });
        octets.set(options_templates, |octets| {
            let count: u16 = options.len().try_into().unwrap();
            octets.u16(OPTIONS);
            if is_v9 {
                octets.u16(4);
                octets.u16((count - 1) * 4);
            } else {
                octets.u16(count);
                octets.u16(1);
            }
            specify(octets, &options);
        });
        octets.set(OPTIONS, |octets| {
            for (element, len) in &options {
                octets.number(value(*element, message, None), *len);
            }
        });
    }
    if message.flows.is_empty() {
        return;
    }
    octets.set(message.template, |octets| {
        for flow in &message.flows {
            for (element, len) in &fields {
                octets.number(value(*element, message, Some(flow)), *len);
            }
        }
    });
}

fn v9(octets: &mut Octets, kind: Kind, message: &Message) {
    octets.u16(9);
    octets.u16(count(message));
    octets.u32(message.uptime(message.sent));
    octets.u32(seconds(message.sent));
    octets.u32(message.number);
    octets.u32(kind.domain());
    sets(octets, kind, message);
}

fn ipfix(octets: &mut Octets, kind: Kind, message: &Message) {
    // The message begins like a set.
    octets.set(10, |octets| {
        octets.u32(seconds(message.sent));
        octets.u32(message.number);
        octets.u32(kind.domain());
        sets(octets, kind, message);
    });
}

fn sflow(octets: &mut Octets, message: &Message) {
    octets.u32(5);
    octets.u64(0x0000_0001_c000_0201);
    octets.u32(Kind::Sflow.domain());
    octets.u32(message.number);
    octets.u32(message.uptime(message.sent));
    octets.u32(u32::from(count(message)));
    for sample in &message.flows {
        octets.block(1, |octets| {
            octets.u32(sample.number);
            octets.u32(u32::from(sample.interface));
            octets.u32(u32::from(message.rate));
            octets.u32(0);
            octets.u32(sample.drops);
            octets.u64(0x0000_0001_0000_0002);
            octets.u32(1);
            // sampled_ipv4: length, protocol, addresses, ports, flags, type of service.
            octets.block(3, |octets| {
                for word in [100, 6, sample.id, 0, 0, 0, 0, 0] {
                    octets.u32(word);
                }
            });
        });
    }
}
