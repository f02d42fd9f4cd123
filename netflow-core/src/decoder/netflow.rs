//! The fixed versions and sFlow: one message, one run of records or samples.

use alloc::sync::Arc;

use super::{Content, Decoder, SetSlot, Stats, header};
use crate::datagram::{Datagram, Protocol};
use crate::error::{Error, ErrorKind};
use crate::wire::sflow;

impl Decoder {
    /// An IPFIX length that its datagram holds: a longer one is a problem and
    /// cut to what is there (RFC 7011, section 3.1).
    pub(super) fn ipfix_length(
        &mut self,
        length: u16,
        left: usize,
        offset: usize,
    ) -> Result<usize, Error> {
        let wanted = usize::from(length);
        if wanted < crate::wire::ipfix::Header::LEN {
            return Err(Error::new(ErrorKind::MessageTooShort { length }, offset));
        }
        if wanted > left {
            let error = Error::new(ErrorKind::MessageTooLong { length, left }, offset);
            self.problem(error, None, 0);
        }
        Ok(wanted.min(left))
    }

    /// Reads a message of v1 or v5 to v8 by its built-in template.
    pub(super) fn netflow(
        &mut self,
        protocol: Protocol,
        datagram: &Datagram<'_>,
        offset: usize,
    ) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        let fixed = header::fixed(protocol, octets, datagram, offset)?;
        self.begin(fixed.header);
        let start = offset.saturating_add(fixed.len);
        let left = octets.len().saturating_sub(fixed.len);
        let Some(template) = self.builtins.get(fixed.version, fixed.scheme) else {
            let scheme = fixed.scheme;
            let error = Error::new(ErrorKind::UnknownScheme { scheme }, offset);
            self.problem(error, None, left);
            return Ok(datagram.payload.len());
        };
        let template = Arc::clone(template);
        let record_len = template.min_record_len();
        let fit = left.checked_div(record_len).unwrap_or(0);
        let count = fit.min(usize::from(fixed.count));
        let body_len = count.saturating_mul(record_len);
        let mut end = start.saturating_add(body_len);
        if fit < usize::from(fixed.count) {
            let kind = ErrorKind::RecordCount {
                count: fixed.count,
                fit,
            };
            // What is left is a record that is cut.
            let cut = left.saturating_sub(body_len);
            self.problem(Error::new(kind, offset), None, cut);
            end = end.saturating_add(cut);
        }
        Stats::add(&mut self.stats.records, count);
        self.scratch.slots.push(SetSlot {
            header: self.scratch.header(),
            id: 0,
            content: Content::Records(template),
            offset: start,
            body: start..start.saturating_add(body_len),
            late: false,
            padding: 0,
            count,
            lists: 0..0,
        });
        Ok(end)
    }

    /// Reads an sFlow datagram.
    pub(super) fn sflow(&mut self, datagram: &Datagram<'_>, offset: usize) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        let behind = |error: Error| Error::new(error.kind, error.offset.saturating_add(offset));
        let wire = sflow::Datagram::parse(octets).map_err(behind)?;
        self.begin(header::sflow(&wire, datagram, offset));
        let counts = wire.verify(|error, octets| self.problem(behind(error), None, octets));
        let end = offset.saturating_add(counts.end);
        let samples = [
            (&mut self.stats.flow_samples, counts.flow_samples),
            (&mut self.stats.counters_samples, counts.counters_samples),
            (&mut self.stats.discarded_packets, counts.discarded_packets),
        ];
        for (counter, count) in samples {
            *counter = counter.wrapping_add(u64::from(count));
        }
        self.scratch.slots.push(SetSlot {
            header: self.scratch.header(),
            id: 0,
            content: Content::Samples,
            offset,
            body: offset..end,
            late: false,
            padding: 0,
            count: 0,
            lists: 0..0,
        });
        Ok(end)
    }
}
