//! Members of sFlow structures by their names.

use netflow_core::value::Value;
use netflow_core::wire::sflow::structure::Members;

use crate::format::json::Json;
use crate::format::scalar;

/// `{name: value, …}`, flat: `"communities[1]"`. A counter that the agent does not know is null.
pub(super) fn write_members(members: Members<'_>, json: &mut Json<'_>) {
    json.open(b'{');
    for member in members {
        json.plain(member.name);
        json.colon();
        match &member.value {
            _ if member.is_unknown_counter() => json.null(),
            Some(value) => scalar::write_member(json, value),
            None => scalar::write(json, &Value::Octets(member.octets)),
        }
    }
    json.close(b'}');
}
