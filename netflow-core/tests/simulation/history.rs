//! Exporters and what they really saw and sent.

use crate::network::{DELAY, Random};
use crate::payload;

/// How an exporter exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    V1,
    V5,
    V6,
    V7,
    V8,
    /// Counts messages, redefines its template under the same id.
    V9,
    /// Counts flows.
    V9Flows,
    /// Uptimes, and options that announce the start.
    IpfixUptime,
    /// Absolute times.
    Ipfix,
    /// Counts flows, those of the message itself included.
    IpfixFlowsIncluded,
    /// Sends and numbers its options separately, as Juniper MX does.
    IpfixOptionsSeparate,
    /// Leaves the number 0.
    IpfixConstant,
    /// Counts messages; two line cards have clocks of their own.
    V9TwoClocks,
    /// Counts messages; the first has another number.
    V9UnusualFirst,
    Sflow,
}

impl Kind {
    pub(crate) const ALL: [Self; 15] = [
        Self::V1,
        Self::V5,
        Self::V6,
        Self::V7,
        Self::V8,
        Self::V9,
        Self::V9Flows,
        Self::IpfixUptime,
        Self::Ipfix,
        Self::IpfixFlowsIncluded,
        Self::IpfixOptionsSeparate,
        Self::IpfixConstant,
        Self::V9TwoClocks,
        Self::V9UnusualFirst,
        Self::Sflow,
    ];

    pub(crate) const fn has_templates(self) -> bool {
        self.is_v9() || self.is_ipfix()
    }

    pub(crate) const fn is_v9(self) -> bool {
        matches!(
            self,
            Self::V9 | Self::V9Flows | Self::V9TwoClocks | Self::V9UnusualFirst
        )
    }

    pub(crate) const fn is_ipfix(self) -> bool {
        matches!(self, Self::IpfixUptime) || self.has_absolute_times()
    }

    /// IPFIX with absolute times.
    pub(crate) const fn has_absolute_times(self) -> bool {
        matches!(
            self,
            Self::Ipfix
                | Self::IpfixFlowsIncluded
                | Self::IpfixOptionsSeparate
                | Self::IpfixConstant
        )
    }

    pub(crate) const fn domain(self) -> u32 {
        match self {
            Self::V1 | Self::V7 => 0,
            Self::V5 | Self::V6 | Self::V8 => 0x0102,
            Self::V9 | Self::Ipfix => 7,
            Self::V9Flows | Self::IpfixUptime => 8,
            Self::IpfixFlowsIncluded => 9,
            Self::IpfixOptionsSeparate | Self::V9TwoClocks => 10,
            Self::IpfixConstant | Self::V9UnusualFirst => 11,
            Self::Sflow => 3,
        }
    }
}

/// One flow, or in sFlow one sample.
#[derive(Debug, Clone)]
pub(crate) struct TrueFlow {
    /// Its source address; no two of an exporter are the same.
    pub(crate) id: u32,
    /// Milliseconds since 1970.
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Where it came in, 1 or 2; in sFlow its data source.
    pub(crate) interface: u8,
    /// In sFlow, the number of the sample at its source.
    pub(crate) number: u32,
    /// In sFlow, what the source dropped until then.
    pub(crate) drops: u32,
}

/// One message as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// 0 before the restart, 1 after it.
    pub(crate) run: usize,
    /// When the exporter started, and when it sent: milliseconds since 1970.
    pub(crate) boot: u64,
    pub(crate) sent: u64,
    pub(crate) number: u32,
    /// What it adds to the number of the next.
    pub(crate) units: u32,
    pub(crate) rate: u16,
    /// The first or the second layout of records.
    pub(crate) layout: usize,
    /// The template of its records.
    pub(crate) template: u16,
    /// It holds templates and options too.
    pub(crate) announces: bool,
    /// It is numbered separately: 0 with the data, 1 with the options, 2 alone.
    pub(crate) series: usize,
    pub(crate) flows: Vec<TrueFlow>,
    pub(crate) octets: Vec<u8>,
}

impl Message {
    /// Milliseconds from the start to a time, as the exporter states them.
    pub(crate) fn uptime(&self, time: u64) -> u32 {
        u32::try_from((time - self.boot) % (1 << 32)).unwrap()
    }
}

/// An exporter and all that it sent.
pub(crate) struct Exporter {
    pub(crate) kind: Kind,
    pub(crate) messages: Vec<Message>,
}

/// When the first message is sent, in milliseconds since 1970.
const BEGIN: u64 = 1_700_000_000_400;
/// How long before the uptime wraps.
const BEFORE_WRAP: u64 = 30_000;
const MESSAGES: usize = 400;
const RESTART: usize = 250;
/// How long the restart takes, in milliseconds.
const OUTAGE: u64 = 4_000;
const NEW_RATE: usize = 130;
const NEW_LAYOUT: usize = 187;
/// How much earlier one line card started than the other, in milliseconds.
const CLOCKS_APART: u64 = 500_000;
/// Templates and options are sent again after this number of messages.
const REFRESH: usize = 20;
/// Times of flows are multiples of this number of milliseconds, which NTP expresses
/// exactly.
const TICK: u64 = 125;

impl Exporter {
    pub(crate) fn new(kind: Kind, random: &mut Random) -> Self {
        let mut exporter = Self {
            kind,
            messages: Vec::new(),
        };
        let mut boot = match kind {
            Kind::V9TwoClocks => BEGIN - CLOCKS_APART,
            _ => BEGIN + BEFORE_WRAP - (1 << 32),
        };
        let mut now = BEGIN;
        // Numbers wrap too.
        let mut number = match kind {
            Kind::IpfixOptionsSeparate => 1_000_000,
            Kind::IpfixConstant => 0,
            _ => u32::MAX - 80,
        };
        let mut options_number = 600;
        let mut sources = [[u32::MAX - 30, 0]; 3];
        for index in 0..MESSAGES {
            now += 100 + random.below(400);
            if index == RESTART {
                now += OUTAGE;
                boot = now - 150;
                (number, options_number) = (0, 0);
                sources = [[0, 0]; 3];
            }
            let mut message = exporter.message(index, [boot, now], number, random);
            match (kind, index) {
                (Kind::V9TwoClocks, 0..RESTART) if index % 2 == 1 => message.boot -= CLOCKS_APART,
                (Kind::V9UnusualFirst, 0) => {
                    message.number = message.number.wrapping_sub(1_000_000_000);
                    message.series = 2;
                }
                (Kind::IpfixOptionsSeparate, _) if message.announces => {
                    message.number = options_number;
                    (message.units, message.series) = (1, 1);
                    message.flows.clear();
                    options_number += 1;
                }
                _ => {}
            }
            if kind == Kind::Sflow {
                for sample in &mut message.flows {
                    let [number, drops] = &mut sources[usize::from(sample.interface)];
                    *number = number.wrapping_add(1);
                    *drops += u32::try_from(random.below(3)).unwrap();
                    (sample.number, sample.drops) = (*number, *drops);
                }
            }
            if message.series != 1 && kind != Kind::IpfixConstant {
                number = number.wrapping_add(message.units);
            }
            if kind == Kind::IpfixFlowsIncluded {
                message.number = number;
            }
            message.octets = payload::octets(kind, &message);
            exporter.messages.push(message);
        }
        exporter
    }

    fn message(
        &self,
        index: usize,
        [boot, now]: [u64; 2],
        number: u32,
        random: &mut Random,
    ) -> Message {
        let run = usize::from(index >= RESTART);
        let layout = usize::from(index >= NEW_LAYOUT);
        let mut flows = Vec::new();
        for flow in 0..=u32::try_from(random.below(9)).unwrap() {
            let end = (now - random.below(20_000)).max(boot);
            let age = if random.percent(5) {
                random.below(20 * 86_400_000)
            } else {
                random.below(40_000)
            };
            let start = (end - age).max(boot);
            flows.push(TrueFlow {
                id: u32::try_from(index).unwrap() << 8 | flow,
                start: start.next_multiple_of(TICK),
                end: end.next_multiple_of(TICK),
                interface: u8::try_from(random.below(2) + 1).unwrap(),
                number: 0,
                drops: 0,
            });
        }
        // Where a template changes under its id, every message that others may overtake
        // has its own, and enough after them that one is received.
        let delay = usize::try_from(DELAY).unwrap();
        let near = |change: usize| (change - delay..change + 4 * delay).contains(&index);
        let changes = self.kind == Kind::V9 && (near(NEW_LAYOUT) || near(RESTART));
        let begins = [0, NEW_RATE, NEW_LAYOUT, RESTART].contains(&index);
        let template = match (self.kind, run, layout) {
            (Kind::V9, ..) => 256,
            (kind, 1, _) if kind.has_absolute_times() => 300,
            (_, _, 0) => 256,
            _ => 260,
        };
        let announces = self.kind.has_templates() && (index % REFRESH == 0 || begins || changes);
        let count = u32::try_from(flows.len()).unwrap();
        Message {
            run,
            boot,
            sent: now,
            number,
            units: match self.kind {
                Kind::V9 | Kind::V9TwoClocks | Kind::V9UnusualFirst | Kind::Sflow => 1,
                // The options are records too.
                Kind::Ipfix | Kind::IpfixUptime => count + u32::from(announces),
                Kind::IpfixConstant => 0,
                _ => count,
            },
            rate: if index < NEW_RATE { 100 } else { 250 },
            // After the restart it is the first again.
            layout: if run == 1 && self.kind == Kind::V9 {
                0
            } else {
                layout
            },
            template,
            announces,
            series: 0,
            flows,
            octets: Vec::new(),
        }
    }
}
