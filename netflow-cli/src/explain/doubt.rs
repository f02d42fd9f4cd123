//! What can be decoded and is not believed all the same: numbers that contradict each other.

use netflow_core::Flow;
use netflow_core::record::DataRecord;
use netflow_core::value::Value;
use netflow_core::wire::template::FieldKey;

use super::Story;
use super::domain::Domain;
use super::verdict::{is_apart, name};
use super::words::{counted, frame, grouped};
use crate::rows::End;

/// What one domain says that cannot be meant.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    algorithm: Option<OddAlgorithm>,
    /// Sampled packets that are longer than their frames.
    short_frames: u64,
    first_short_frame: u64,
}

/// Options that announce a rate by an algorithm there is not: FortiGates have been seen to
/// send a counter there, and collectors to multiply by it.
#[derive(Debug, Clone, Copy)]
struct OddAlgorithm {
    frame: u64,
    rate: u64,
    algorithm: u64,
}

impl Doubts {
    pub(super) fn options(&mut self, record: &DataRecord<'_, '_>, number: u64) {
        /// samplingAlgorithm: deterministic or random; 0 is sent for none.
        const KNOWN: core::ops::RangeInclusive<u64> = 0..=2;
        if self.algorithm.is_some() {
            return;
        }
        let (mut rate, mut algorithm) = (None, None);
        for field in record.fields() {
            let FieldKey::Element(id) = field.template().key() else {
                continue;
            };
            let (0, Some(Value::Unsigned(sent))) = (id.enterprise_number, field.value()) else {
                continue;
            };
            match id.id {
                34 => rate = Some(sent),
                35 => algorithm = Some(sent),
                _ => {}
            }
        }
        if let (Some(rate), Some(algorithm)) = (rate, algorithm) {
            if rate > 1 && !KNOWN.contains(&algorithm) {
                let frame = number;
                self.algorithm = Some(OddAlgorithm {
                    frame,
                    rate,
                    algorithm,
                });
            }
        }
    }

    pub(super) fn flow(&mut self, flow: &Flow<'_>) {
        if flow.sample().is_none() {
            return;
        }
        let packet = flow.packet().and_then(|packet| packet.ip_total_length());
        let (Some(packet), Some(frame)) = (packet, flow.octets()) else {
            return;
        };
        if u64::from(packet) > frame {
            if self.short_frames == 0 {
                self.first_short_frame = flow.header().frame;
            }
            self.short_frames += 1;
        }
    }
}

/// The sentences.
pub(super) fn sentences(story: &Story, end: &End<'_>) -> impl Iterator<Item = String> {
    let of = |domain: &Domain| {
        [
            outdated(domain).filter(|_| !is_apart(domain, end)),
            odd_algorithm(story, domain),
            short_frames(story, domain),
            dropped(domain),
        ]
    };
    let told = story.domains.iter().flat_map(of);
    told.flatten()
}

fn outdated(domain: &Domain) -> Option<String> {
    let outdated = domain.templates.outdated;
    let (template, they) = match outdated {
        0 => return None,
        1 => ("its template, which has", "it was"),
        _ => ("their templates, which have", "they were"),
    };
    Some(format!(
        "{} of {} came after the exporter had started anew and before {template} another layout \
         since: {they} read by the old one, and the numbers are wrong.",
        counted(outdated, "record"),
        name(&domain.key),
    ))
}

fn odd_algorithm(story: &Story, domain: &Domain) -> Option<String> {
    let odd = domain.doubts.algorithm?;
    Some(format!(
        "Options of {} in {} announce 1:{} by samplingAlgorithm {}, but there are only 1 and 2: if \
         it samples nothing, octets_scaled is too large.",
        name(&domain.key),
        frame(odd.frame, &story.files),
        odd.rate,
        odd.algorithm
    ))
}

fn short_frames(story: &Story, domain: &Domain) -> Option<String> {
    let doubts = &domain.doubts;
    let (are, tell) = match doubts.short_frames {
        0 => return None,
        1 => ("is", "its frame_length tells"),
        _ => ("are", "their frame_length tells"),
    };
    Some(format!(
        "{} of {} {are} longer by the IP header than {tell}, first in {}: the octets are too few.",
        counted(doubts.short_frames, "sampled packet"),
        name(&domain.key),
        frame(doubts.first_short_frame, &story.files)
    ))
}

/// What the agent says that it could not sample.
fn dropped(domain: &Domain) -> Option<String> {
    let samples = &domain.samples;
    (samples.drops > 0).then(|| {
        format!(
            "{} dropped {} itself beside {} that came: what is scaled is too little.",
            capital(&name(&domain.key)),
            counted(samples.drops, "sample"),
            grouped(samples.received),
        )
    })
}

/// At the beginning of a sentence.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
