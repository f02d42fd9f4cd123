//! Offsets learned from templates at run time, into rows.

use std::collections::HashMap;

use super::{be16, be64, sets, v5_records};
use crate::row::Row;
use crate::workload::{Kind, Workload};

/// Where the 11 fields are in the records of one template.
#[derive(Debug)]
pub struct Plan {
    /// Octets of a record; in front of the first variable-length field, if it
    /// has one.
    pub(super) stride: usize,
    pub(super) fields: [FieldPosition; 11],
    /// The addresses are of 16 octets.
    pub(super) wide: bool,
    /// Lengths from the first variable-length field on; `None` is one.
    tail: Vec<Option<usize>>,
}

/// Octets before a field, and by how many bits eight octets from there are
/// shifted to be the field; 64 if there is no such field.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldPosition {
    pub(super) offset: usize,
    pub(super) shift: u32,
}

/// Elements of the fields, in the order of [`Row`].
const ELEMENTS: [u16; 11] = [8, 12, 1, 2, 22, 21, 10, 14, 7, 11, 4];

/// Element and length of each field of v5.
const V5: [(u16, u16); 20] = [
    (8, 4),
    (12, 4),
    (15, 4),
    (10, 2),
    (14, 2),
    (2, 4),
    (1, 4),
    (22, 4),
    (21, 4),
    (7, 2),
    (11, 2),
    (210, 1),
    (6, 1),
    (4, 1),
    (5, 1),
    (16, 2),
    (17, 2),
    (9, 1),
    (13, 1),
    (210, 2),
];

impl Plan {
    fn new(fields: impl Iterator<Item = (u16, u16)>) -> Self {
        let mut plan = Self {
            stride: 0,
            fields: [FieldPosition {
                offset: 0,
                shift: 64,
            }; 11],
            wide: false,
            tail: Vec::new(),
        };
        for (element, length) in fields {
            if length == u16::MAX {
                plan.tail.push(None);
            } else if plan.tail.is_empty() {
                plan.place(element, length);
                plan.stride += usize::from(length);
            } else {
                plan.tail.push(Some(usize::from(length)));
            }
        }
        plan
    }

    fn place(&mut self, element: u16, length: u16) {
        let element = match element {
            152 => 22,
            153 => 21,
            27 => 8,
            28 => 12,
            other => other,
        };
        self.wide |= length == 16 && element == 8;
        if let Some(field) = ELEMENTS.iter().position(|known| *known == element) {
            self.fields[field] = FieldPosition {
                offset: self.stride,
                shift: 64 - 8 * u32::from(length.min(8)),
            };
        }
    }

    /// The row of a record. At least eight octets after it can be read.
    #[inline]
    fn row(&self, octets: &[u8]) -> Row {
        let load = |field: usize| {
            let FieldPosition { offset, shift } = self.fields[field];
            be64(octets, offset).checked_shr(shift).unwrap_or(0)
        };
        let address = |field: usize| {
            let address = load(field);
            if self.wide {
                let low = be64(octets, self.fields[field].offset + 8);
                return address.wrapping_add(low);
            }
            address
        };
        Row {
            source: address(0),
            destination: address(1),
            octets: load(2),
            packets: load(3),
            start: load(4),
            end: load(5),
            input: load(6) as u32,
            output: load(7) as u32,
            source_port: load(8) as u16,
            destination_port: load(9) as u16,
            protocol: load(10) as u8,
        }
    }

    #[inline]
    fn rows(&self, body: &[u8], each: &mut impl FnMut(Row)) {
        let mut rest = body;
        let mut last = [0; 1024];
        while let Some(length) = self.length(rest) {
            if let Some(octets) = rest.get(..self.stride + 8) {
                each(self.row(octets));
            } else {
                // Loads of eight octets may not run past the datagram.
                last[..length].copy_from_slice(&rest[..length]);
                each(self.row(&last[..self.stride + 8]));
            }
            rest = &rest[length..];
        }
    }

    /// Octets of the record at the start of these.
    #[inline]
    fn length(&self, octets: &[u8]) -> Option<usize> {
        let mut length = self.stride;
        for field in &self.tail {
            length += match field {
                Some(length) => *length,
                None => 1 + usize::from(*octets.get(length)?),
            };
        }
        (octets.len() >= length).then_some(length)
    }
}

/// The plans of all templates of all exporters.
#[derive(Debug)]
pub struct Plans {
    by_id: HashMap<(u32, u16), Plan>,
    v5: Plan,
}

impl Plans {
    /// None but that of v5.
    #[must_use]
    pub fn new() -> Self {
        Self {
            by_id: HashMap::new(),
            v5: Plan::new(V5.into_iter()),
        }
    }

    /// Calls `each` with the bodies of all data sets and their plans.
    #[inline]
    pub(super) fn bodies(&mut self, workload: &Workload, mut each: impl FnMut(&Plan, &[u8])) {
        if workload.kind() == Kind::NetflowV5 {
            for (_, datagram) in workload.datagrams() {
                each(&self.v5, v5_records(datagram));
            }
            return;
        }
        for (exporter, datagram) in workload.datagrams() {
            sets(datagram, |id, body| {
                if id < 256 {
                    self.learn(exporter, body);
                } else if let Some(plan) = self.by_id.get(&(exporter, id)) {
                    each(plan, body);
                }
            });
        }
    }

    /// Learns the one template of a set.
    fn learn(&mut self, exporter: u32, body: &[u8]) {
        let mut at = 4;
        let fields = (0..be16(body, 2)).map(|_| {
            let field = (be16(body, at), be16(body, at + 2));
            at += if field.0 & 0x8000 == 0 { 4 } else { 8 };
            field
        });
        let plan = Plan::new(fields);
        self.by_id.insert((exporter, be16(body, 0)), plan);
    }
}

impl Default for Plans {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads all flows but those of sFlow.
#[inline]
pub fn read(plans: &mut Plans, workload: &Workload, mut each: impl FnMut(Row)) {
    plans.bodies(workload, |plan, body| plan.rows(body, &mut each));
}
