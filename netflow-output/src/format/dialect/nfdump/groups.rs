//! The groups of fields that nfdump keeps for a flow: a group is kept if its template has a field
//! of it.

use netflow_core::element::ElementId;
use netflow_core::template::Template;
use netflow_core::wire::template::FieldKey;

/// The groups of fields that the records of a template have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FieldGroups {
    pub(super) generic: bool,
    /// Times are only in fields that nfdump does not read (154, 155).
    pub(super) has_unread_times: bool,
    pub(super) interfaces: bool,
    pub(super) counters_out: bool,
    pub(super) vlans: bool,
    pub(super) systems: bool,
    pub(super) bgp_next_hop: bool,
    pub(super) next_hop: bool,
    pub(super) labels: bool,
    pub(super) macs: bool,
    pub(super) neighbours: bool,
    pub(super) vrfs: bool,
    pub(super) layer_2: bool,
    pub(super) ttls: bool,
    pub(super) observation: bool,
    pub(super) translation: bool,
    pub(super) translated_ports: bool,
    pub(super) nat_event: bool,
    pub(super) flow_id: bool,
    /// Zeros of systems and next hops are left out: the fixed versions always have them.
    pub(super) is_fixed: bool,
    /// Zeros are of sFlow.
    pub(super) is_sample: bool,
}

impl FieldGroups {
    pub(super) fn of_template(template: &Template) -> Self {
        let has = |ids: &[u16]| {
            template.fields().iter().any(|field| match field.key() {
                FieldKey::Element(id) => id.enterprise_number == 0 && ids.contains(&id.id),
                FieldKey::Scope(_) => false,
            })
        };
        let has_reverse = [1, 2, 85, 86].iter().any(|id| {
            let key = FieldKey::Element(ElementId::new(29_305, *id));
            template.fields().iter().any(|field| field.key() == key)
        });
        let has_times = has(&[21, 22, 150, 151, 152, 153, 156, 157, 158, 159, 160, 323]);
        Self {
            generic: has(&[1, 2, 4, 5, 6, 7, 11, 32, 85, 86, 89]) || has_times,
            has_unread_times: has(&[154, 155]) && !has_times,
            interfaces: has(&[9, 10, 13, 14, 29, 30, 55, 61]),
            counters_out: has(&[3, 23, 24]) || has_reverse,
            vlans: has(&[58, 59]),
            systems: has(&[16, 17]),
            bgp_next_hop: has(&[18, 63]),
            next_hop: has(&[15, 62]),
            labels: has(&[70, 71, 72, 73, 74, 75, 76, 77, 78, 79]),
            macs: has(&[56, 57, 80, 81]),
            neighbours: has(&[128, 129]),
            vrfs: has(&[234, 235]),
            layer_2: has(&[60, 243, 245, 252, 253, 254, 255, 256]),
            ttls: has(&[52, 53, 192]),
            observation: has(&[138, 149]),
            translation: has(&[225, 226, 281, 282]),
            translated_ports: has(&[227, 228]),
            nat_event: has(&[230]),
            flow_id: has(&[148]),
            is_fixed: template.is_fixed_version(),
            is_sample: false,
        }
    }

    pub(super) fn of_samples() -> Self {
        Self {
            generic: true,
            interfaces: true,
            vlans: true,
            systems: true,
            bgp_next_hop: true,
            next_hop: true,
            labels: true,
            macs: true,
            is_sample: true,
            ..Self::default()
        }
    }
}
