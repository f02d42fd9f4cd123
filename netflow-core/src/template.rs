//! Templates as they are kept: measured, named, and with the plan of their
//! normalised fields (RFC 7011, section 3.4).

mod builtin;
mod display;
mod field;
mod label;
mod plan;
mod registry;
mod reverse;
mod second_counters;
mod suppliers;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

pub(crate) use self::builtin::Builtins;
pub(crate) use self::field::Defined;
pub use self::field::TemplateField;
pub use self::label::FieldLabel;
pub use self::plan::FieldPlan;
pub(crate) use self::plan::{Slot, SoleAddress, TemplatePlan};
pub(crate) use self::registry::{Known, Templates};
pub use self::second_counters::SecondCounters;
use crate::element::{DataType, ElementId};
use crate::wire::set::Dialect;
use crate::wire::template::{FieldKey, FieldLength, TemplateKind, TemplateRecord};

/// A Template: the fields of a record, compiled once (RFC 7011, section 3.4).
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let template = decoded.flows().next().unwrap().record().unwrap().template();
/// assert_eq!((template.id(), template.record_len()), (256, Some(41)));
/// assert_eq!(template.fields()[0].name(), Some("sourceIPv4Address"));
/// assert!(!template.is_options());
/// # Ok::<(), netflow_core::Error>(())
/// ```
pub struct Template {
    id: u16,
    scope_count: Option<u16>,
    fields: Box<[TemplateField]>,
    min_len: usize,
    variable: bool,
    lists: bool,
    fixed_version: bool,
    /// Whether it has fields that the registry does not know.
    open: bool,
    /// Whether it has a commonPropertiesId (137).
    common_properties_id: bool,
    plan: TemplatePlan,
    second_counters: Option<SecondCounters>,
    /// The same records as of the reverse direction.
    reverse: Option<Box<Self>>,
    /// Octets of the specifiers on the wire, to see whether a template that
    /// comes again is the same.
    specifiers: Box<[u8]>,
}

impl Template {
    /// Compiles a template record; `None` for a withdrawal. `configured` is what the caller
    /// says of second counters.
    pub(crate) fn new(
        record: &TemplateRecord<'_>,
        defined: impl Defined,
        configured: Option<SecondCounters>,
    ) -> Option<Arc<Self>> {
        let scope_count = match record.kind() {
            TemplateKind::Data => None,
            TemplateKind::Options { scope_count } => Some(scope_count),
            TemplateKind::Withdrawal { .. } => return None,
        };
        let dialect = record.dialect();
        // The specifiers are all there: reading the record has checked it.
        let mut fields = Vec::with_capacity(usize::from(record.field_count()));
        let specifiers = record.fields();
        fields.extend(specifiers.map(|field| TemplateField::resolve(field, dialect, &defined)));
        let fields = fields.into_boxed_slice();
        let counters = match scope_count {
            None => SecondCounters::of(&fields, configured),
            Some(_) => None,
        };
        let reverse = match scope_count {
            None => Self::reversed(&fields, dialect, &defined, counters),
            Some(_) => None,
        };
        let reverse = reverse.map(|fields| Self::boxed(record.id(), fields, counters));
        Some(Self::shared(record.id(), fields, counters, |template| {
            template.reverse = reverse;
            template.scope_count = scope_count;
            template.specifiers = record.specifiers().into();
        }))
    }

    /// A copy of the template whose second counters are those of the reverse direction.
    pub(crate) fn with_reverse_counters(
        &self,
        dialect: Dialect,
        defined: impl Defined,
    ) -> Arc<Self> {
        let counters = Some(SecondCounters::Exceeded);
        let reverse = Self::reversed(&self.fields, dialect, &defined, counters);
        let reverse = reverse.map(|fields| Self::boxed(self.id, fields, counters));
        Self::shared(self.id, self.fields.clone(), counters, |template| {
            template.reverse = reverse;
            template.specifiers = self.specifiers.clone();
        })
    }

    /// The template of records to which the fields of others are appended.
    pub(crate) fn joined<'f>(
        &'f self,
        appended: impl Iterator<Item = &'f TemplateField>,
        dialect: Dialect,
        defined: impl Defined,
    ) -> Arc<Self> {
        let fields: Box<[_]> = self.fields.iter().chain(appended).cloned().collect();
        let counters = self.second_counters;
        let reverse = Self::reversed(&fields, dialect, &defined, counters);
        let reverse = reverse.map(|fields| Self::boxed(self.id, fields, counters));
        Self::shared(self.id, fields, counters, |template| {
            template.reverse = reverse;
        })
    }

    /// A template of these fields, finished by the caller. It is compiled where it
    /// stays: a template is large, and would be copied from each function to the next.
    fn shared(
        id: u16,
        fields: Box<[TemplateField]>,
        counters: Option<SecondCounters>,
        finish: impl FnOnce(&mut Self),
    ) -> Arc<Self> {
        let mut template = Arc::new(Self::empty());
        // Nobody else has it yet.
        if let Some(template) = Arc::get_mut(&mut template) {
            template.compile(id, fields, counters);
            finish(template);
        }
        template
    }

    fn boxed(id: u16, fields: Box<[TemplateField]>, counters: Option<SecondCounters>) -> Box<Self> {
        let mut template = Box::new(Self::empty());
        template.compile(id, fields, counters);
        template
    }

    #[inline]
    fn empty() -> Self {
        Self {
            id: 0,
            scope_count: None,
            fields: Box::default(),
            min_len: 0,
            variable: false,
            lists: false,
            fixed_version: false,
            open: false,
            common_properties_id: false,
            plan: TemplatePlan::empty(),
            second_counters: None,
            reverse: None,
            specifiers: Box::default(),
        }
    }

    fn compile(&mut self, id: u16, fields: Box<[TemplateField]>, counters: Option<SecondCounters>) {
        self.second_counters = counters;
        self.id = id;
        let lengths = fields.iter().map(TemplateField::length);
        // A variable-length field counts at least its length octet, so that no
        // record is shorter than its number of fields suggests.
        self.min_len = lengths.clone().fold(0_usize, |sum, length| {
            sum.saturating_add(match length {
                FieldLength::Fixed(length) => usize::from(length),
                FieldLength::Variable => 1,
            })
        });
        self.variable = lengths
            .clone()
            .any(|length| length == FieldLength::Variable);
        self.lists = fields
            .iter()
            .filter_map(TemplateField::data_type)
            .any(DataType::is_list);
        self.open = fields.iter().any(TemplateField::may_be_refined);
        const COMMON_PROPERTIES_ID: u16 = 137;
        let is_common = |field: &TemplateField| {
            let id = FieldKey::Element(ElementId::iana(COMMON_PROPERTIES_ID));
            field.key() == id || field.key() == FieldKey::Scope(COMMON_PROPERTIES_ID)
        };
        self.common_properties_id = fields.iter().any(is_common);
        self.plan.fill(&fields, counters);
        self.fields = fields;
    }

    /// The template id; 0 in the fixed versions.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.id
    }

    /// Whether it describes options records (RFC 7011, section 3.4.2).
    #[must_use]
    pub const fn is_options(&self) -> bool {
        self.scope_count.is_some()
    }

    /// How many of the fields are the scope; they come first.
    #[must_use]
    pub fn scope_count(&self) -> u16 {
        self.scope_count.unwrap_or(0)
    }

    /// The fields in the order of the wire.
    #[must_use]
    pub fn fields(&self) -> &[TemplateField] {
        &self.fields
    }

    /// Octets of each record; `None` if they vary.
    #[must_use]
    pub const fn record_len(&self) -> Option<usize> {
        if self.variable {
            None
        } else {
            Some(self.min_len)
        }
    }

    /// Octets of the shortest record.
    #[must_use]
    pub const fn min_record_len(&self) -> usize {
        self.min_len
    }

    /// Whether it describes the records of v1 or v5 to v8 and was not sent in a message.
    #[must_use]
    pub const fn is_fixed_version(&self) -> bool {
        self.fixed_version
    }

    /// What elements 23 and 24 count if they are sent beside 1 and 2; `None` if the template has no
    /// such second counters.
    #[must_use]
    pub const fn second_counters(&self) -> Option<SecondCounters> {
        self.second_counters
    }

    /// Whether it has a commonPropertiesId (137), as element or as scope type.
    #[inline]
    pub(crate) const fn has_common_properties_id(&self) -> bool {
        self.common_properties_id
    }

    /// Whether a field is a list of RFC 6313.
    pub(crate) const fn has_lists(&self) -> bool {
        self.lists
    }

    /// Whether its records may be biflows (RFC 5103): a flow of another template has no
    /// [`reverse`](crate::Flow::reverse).
    ///
    /// ```
    /// use netflow_core::{Decoder, Limits, example};
    ///
    /// let mut decoder = Decoder::new(Limits::default());
    /// let decoded = decoder.decode(example::ipfix())?;
    /// let template = decoded.flows().next().unwrap().record().unwrap().template();
    /// assert!(!template.is_biflow());
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    #[must_use]
    pub const fn is_biflow(&self) -> bool {
        self.reverse.is_some()
    }

    /// The template for the reverse direction of its records; `None` if they are no
    /// biflows.
    pub(crate) fn reverse(&self) -> Option<&Self> {
        self.reverse.as_deref()
    }

    pub(crate) const fn plan(&self) -> &TemplatePlan {
        &self.plan
    }

    /// The octets of its specifiers on the wire.
    pub(crate) const fn specifiers(&self) -> &[u8] {
        &self.specifiers
    }

    /// Whether the record would compile to this template.
    pub(crate) fn is_same(&self, record: &TemplateRecord<'_>) -> bool {
        let scope_count = match record.kind() {
            TemplateKind::Options { scope_count } => Some(scope_count),
            TemplateKind::Data | TemplateKind::Withdrawal { .. } => None,
        };
        self.scope_count == scope_count && *self.specifiers == *record.specifiers()
    }

    /// Whether it has fields that the registry does not know.
    pub(crate) const fn may_be_refined(&self) -> bool {
        self.open
    }

    /// A copy of the template with the elements defined by now; `None` if nothing changed.
    pub(crate) fn refined(&self, defined: impl Defined) -> Option<Arc<Self>> {
        let mut changed = false;
        let fields = self
            .fields
            .iter()
            .map(|field| match field.refined(&defined) {
                Some(field) => {
                    changed = true;
                    field
                }
                None => field.clone(),
            })
            .collect();
        if !changed {
            return None;
        }
        let reverse = self.reverse.as_ref().map(|reverse| {
            let refine =
                |field: &TemplateField| field.refined(&defined).unwrap_or_else(|| field.clone());
            let fields = reverse.fields.iter().map(refine).collect();
            Self::boxed(self.id, fields, self.second_counters)
        });
        let counters = self.second_counters;
        Some(Self::shared(self.id, fields, counters, |template| {
            template.scope_count = self.scope_count;
            template.specifiers = self.specifiers.clone();
            template.reverse = reverse;
        }))
    }

    /// Octets of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>()
            .saturating_add(REFERENCE_COUNTS)
            .saturating_add(size_of_val::<[TemplateField]>(&self.fields))
            .saturating_add(self.specifiers.len())
            .saturating_add(self.plan.memory())
            .saturating_add(self.reverse().map_or(0, Self::memory))
    }
}

/// Octets of the counts that an `Arc` keeps beside its value.
const REFERENCE_COUNTS: usize = size_of::<[usize; 2]>();
