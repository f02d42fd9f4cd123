//! Elements that the caller defines.

use core::ffi::{CStr, c_char};

use netflow_core::element::{self, DataType, DefinedElement, ElementId, Semantics, Units};

use crate::result::Failure;

/// What stands for no element: IANA's registry reserves 0. Other enterprises may use 0.
const NO_ELEMENT: ElementId = ElementId::iana(0);

/// An element that the registries do not know.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_definition {
    /// The enterprise that assigned the number; 0 for field types of NetFlow v9.
    pub enterprise_number: u32,
    /// The number, without the enterprise bit.
    pub id: u16,
    /// The number of an element of the registries that means the same and is encoded the same: flows have
    /// the fields that it supplies. Any other number is an error. 0, with 0 in `same_as_enterprise`, if there is none.
    pub same_as_id: u16,
    /// A `netflow_data_type`.
    pub data_type: u32,
    /// A `netflow_semantics`.
    pub semantics: u32,
    /// A `netflow_units`.
    pub units: u32,
    /// The enterprise of `same_as_id`; 0 for IANA.
    pub same_as_enterprise: u32,
    /// The name, NUL-terminated UTF-8; copied.
    pub name: *const c_char,
}

impl netflow_definition {
    /// The element, with its name.
    pub(crate) fn element(&self, name: &str) -> Result<DefinedElement, Failure> {
        fn registered<T>(
            number: u32,
            find: impl Fn(u8) -> Option<T>,
            what: &'static str,
        ) -> Result<T, Failure> {
            u8::try_from(number)
                .ok()
                .and_then(find)
                .ok_or(Failure::argument(what))
        }
        let id = ElementId::new(self.enterprise_number, self.id);
        let data_type = registered(
            self.data_type,
            DataType::from_number,
            "type of a definition",
        )?;
        let mut element = DefinedElement::new(id, name, data_type);
        element.semantics = registered(
            self.semantics,
            Semantics::from_number,
            "semantics of a definition",
        )?;
        element.units = registered(self.units, Units::from_number, "units of a definition")?;
        let same_as = ElementId::new(self.same_as_enterprise, self.same_as_id);
        if same_as != NO_ELEMENT {
            let known = element::get(same_as).and_then(|known| known.data_type);
            if !known.is_some_and(|known| known.is_encoded_like(data_type)) {
                return Err(Failure::argument("same_as of a definition"));
            }
            element.same_as = Some(same_as);
        }
        Ok(element)
    }

    /// The definition of an element, whose name is kept elsewhere.
    pub(crate) fn new(element: &DefinedElement, name: &CStr) -> Self {
        let same_as = element.same_as.unwrap_or(NO_ELEMENT);
        Self {
            enterprise_number: element.id.enterprise_number,
            id: element.id.id,
            same_as_id: same_as.id,
            data_type: element.data_type.number().into(),
            semantics: element.semantics.number().into(),
            units: element.units.number().into(),
            same_as_enterprise: same_as.enterprise_number,
            name: name.as_ptr(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_the_same_meaning_survive_the_way_through_c() {
        let own = ElementId::new(64_999, 8);
        for same_as in [
            None,
            Some(ElementId::iana(10)),
            Some(ElementId::new(29_305, 1)),
        ] {
            let mut element = DefinedElement::new(own, "mark", DataType::Unsigned32);
            element.same_as = same_as;
            let read = netflow_definition::new(&element, c"mark").element("mark");
            assert!(
                read.is_ok_and(|read| read.same_as == same_as),
                "{same_as:?}"
            );
        }
    }

    #[test]
    fn an_element_cannot_mean_what_is_not_registered_or_encoded_otherwise() {
        let own = ElementId::new(64_999, 8);
        for same_as in [
            ElementId::iana(60_000),
            ElementId::new(64_999, 9),
            ElementId::iana(8),
        ] {
            let mut element = DefinedElement::new(own, "mark", DataType::Unsigned32);
            element.same_as = Some(same_as);
            let read = netflow_definition::new(&element, c"mark").element("mark");
            assert!(
                matches!(read, Err(Failure::Argument(_, "same_as of a definition"))),
                "{same_as:?}: {read:?}"
            );
        }
    }
}
