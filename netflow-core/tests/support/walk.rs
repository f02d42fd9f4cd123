//! Reads everything in a message, as the most thorough caller would.

use core::fmt::{self, Write};

use netflow_core::field::FlowField;
use netflow_core::record::{DataRecord, List, SubTemplateList};
use netflow_core::wire::sflow::structure::Members;
use netflow_core::wire::sflow::{Sample, SampleKind};
use netflow_core::{Decoded, Flow};

/// So deep lists are followed; the limit of the decoder is lower.
const DEPTH: usize = 8;

/// Counts what is read, and fails when it is more than the octets can hold.
pub(crate) struct Walk {
    steps: usize,
    most: usize,
}

/// Reads everything and returns the number of items read.
pub(crate) fn everything(message: Decoded<'_>) -> usize {
    // A template may have many zero-length fields, and all fields of each flow are read.
    let most = 4096 * (message.payload().len() + 16);
    let mut walk = Walk { steps: 0, most };
    walk.message(message);
    walk.steps
}

impl Walk {
    fn step(&mut self) {
        self.steps += 1;
        assert!(self.steps <= self.most, "an iterator does not end");
    }

    fn show(&mut self, value: impl fmt::Display) {
        self.step();
        write!(Nowhere, "{value}").unwrap();
    }

    fn message(&mut self, message: Decoded<'_>) {
        for set in message.sets() {
            self.step();
            for template in set.template_records() {
                for field in template.fields() {
                    self.show(field.key);
                }
            }
            for record in set.records() {
                self.record(&record, DEPTH);
            }
            for sample in set.samples() {
                self.sample(&sample);
            }
        }
        for record in message.records() {
            self.step();
            assert!(record.scope_fields().count() <= record.fields().count());
        }
        assert_eq!(
            message.samples().count(),
            message
                .sets()
                .map(|set| set.samples().count())
                .sum::<usize>()
        );
        for flow in message.flows().with_discarded() {
            self.flow(&flow);
        }
        let mut seen = (0, 0, 0);
        for one in message.messages() {
            seen.0 += 1;
            for set in one.sets() {
                seen.1 += 1;
                assert_eq!(set.is_late(), one.is_late());
                assert_eq!(set.header().offset, one.header().offset);
            }
            for problem in one.problems() {
                seen.2 += 1;
                self.show(problem.error);
                // Late data was in another payload.
                if !one.is_late() {
                    assert!(problem.error.offset <= message.payload().len());
                    assert!(problem.octets <= message.payload().len());
                }
            }
        }
        let all = (message.headers().len(), message.sets().count());
        assert_eq!(seen, (all.0, all.1, message.problems().count()));
    }

    fn record(&mut self, record: &DataRecord<'_, '_>, depth: usize) {
        for field in record.fields() {
            self.step();
            assert!(field.octets().len() <= record.octets().len());
            if let Some(value) = field.value() {
                self.show(value);
            }
            if let Some(list) = field.list() {
                self.list(&list, depth);
            }
        }
    }

    fn list(&mut self, list: &List<'_, '_>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        match list {
            List::Basic(list) => {
                self.show(list.id());
                for item in list.values() {
                    self.step();
                    if let Some(value) = item.value() {
                        self.show(value);
                    }
                    if let Some(list) = item.list() {
                        self.list(&list, depth);
                    }
                }
            }
            List::SubTemplate(list) => self.records(list, depth),
            List::SubTemplateMulti(list) => {
                for part in list.parts() {
                    self.records(&part, depth);
                }
            }
        }
    }

    fn records(&mut self, list: &SubTemplateList<'_, '_>, depth: usize) {
        self.step();
        for record in list.records() {
            self.record(&record, depth);
        }
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        self.members(sample.members());
        let Ok(kind) = sample.kind() else {
            return;
        };
        if let SampleKind::Flow(flow) = kind {
            self.show(flow.sampling_rate());
        }
        for record in kind.records().flatten() {
            self.members(record.members());
            let header = record.as_sampled_header();
            let gateway = record.as_extended_gateway();
            self.show(header.map_or(0, |header| header.frame_length));
            self.show(gateway.map_or(0, |gateway| gateway.as_path().count()));
        }
    }

    fn members(&mut self, members: Members<'_>) {
        for member in members {
            self.show(member.name);
        }
    }

    fn flow(&mut self, flow: &Flow<'_>) {
        for field in FlowField::ALL {
            self.step();
            if let Some(value) = flow.get(*field) {
                write!(Nowhere, "{value:?}").unwrap();
            }
        }
    }
}

/// Text that is written and not kept.
struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _text: &str) -> fmt::Result {
        Ok(())
    }
}
