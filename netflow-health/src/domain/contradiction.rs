//! What can be decoded and is not believed all the same: numbers that contradict each other.

use netflow_core::record::DataRecord;
use netflow_core::value::Value;
use netflow_core::wire::template::FieldKey;
use netflow_core::{DatagramId, Flow};

/// Numbers of one domain that contradict each other.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// health.decoded(&decoder.decode(example::ipfix())?);
/// let report = health.report(&decoder);
/// let contradictions = &report.domains[0].contradictions;
/// assert_eq!(contradictions.short_frames, 0);
/// assert!(contradictions.algorithm.is_none());
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Contradictions {
    /// Options that announce a rate by an algorithm that does not exist.
    pub algorithm: Option<UnknownAlgorithm>,
    /// Sampled packets that are longer than the frame they were taken from.
    pub short_frames: u64,
    /// The first of them.
    pub first_short_frame: Option<DatagramId>,
}

/// Options that announce a sampling rate by an unknown algorithm. FortiGates have been seen
/// to send a counter as the rate there, and collectors to multiply by it.
///
/// ```
/// use netflow_core::{Decoder, example};
/// use netflow_health::Health;
///
/// let mut decoder = Decoder::default();
/// let mut health = Health::default();
/// // Options template 257 of the domain (149): a rate (34) by algorithm (35) 7.
/// let payload = [
///     0, 10, 0, 51, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 3, 0, 22, 1, 1, 0, 3, 0, 1, 0, 149, 0, 4, 0, 34, 0, 4, 0, 35, 0, 1, // template
///     1, 1, 0, 13, 0, 0, 0, 7, 0, 0, 0, 100, 7, // options
/// ];
/// health.decoded(&decoder.decode(example::ipfix().with_payload(&payload))?);
/// let report = health.report(&decoder);
/// let announced = report.domains[0].contradictions.algorithm.unwrap();
/// assert_eq!((announced.algorithm, announced.rate), (7, 100));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownAlgorithm {
    /// The datagram of the options.
    pub place: DatagramId,
    /// One packet of this many, by the options.
    pub rate: u64,
    /// samplingAlgorithm (35).
    pub algorithm: u64,
}

impl Contradictions {
    pub(super) fn options(&mut self, record: &DataRecord<'_, '_>, place: DatagramId) {
        /// samplingAlgorithm: 1 deterministic, 2 random (RFC 3954, section 8); 0 is sent for
        /// none.
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
                self.algorithm = Some(UnknownAlgorithm {
                    place,
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
            self.short_frames = self.short_frames.saturating_add(1);
            self.first_short_frame
                .get_or_insert_with(|| flow.header().datagram_id());
        }
    }
}
