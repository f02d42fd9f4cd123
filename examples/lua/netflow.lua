-- libnetflow for LuaJIT: local netflow, ffi = require("netflow")("/usr/include/netflow.h")
--
-- LuaJIT reads declarations of C, so the header is the binding; only what is for the preprocessor and for C++ has
-- to go. Every function has the name that it has in C: netflow.netflow_decode(decoder, datagram).
local ffi = require("ffi")

-- The lines that a compiler of C99 sees. Of `#if ... #else` the header has its C99 in the second part.
local function declarations(path)
  local kept, conditions, continues = {}, {}, false
  for line in io.lines(path) do
    local directive = line:match("^#%s*(%a+)")
    if directive == "if" then
      conditions[#conditions + 1] = not line:match("__cplusplus") and not line:match("__STDC_VERSION__")
    elseif directive == "ifdef" then
      conditions[#conditions + 1] = false
    elseif directive == "ifndef" then
      conditions[#conditions + 1] = true
    elseif directive == "else" then
      conditions[#conditions] = not conditions[#conditions]
    elseif directive == "endif" then
      conditions[#conditions] = nil
    end
    local number = line:match("^#define NETFLOW_[A-Z_]+ %d+$")
    if number then kept[#kept + 1] = number:gsub("#define (%S+)", "static const int %1 =") .. ";" end
    local is_kept = not directive and not continues
    for _, condition in ipairs(conditions) do is_kept = is_kept and condition end
    if is_kept then kept[#kept + 1] = line end
    -- A macro of several lines.
    continues = (directive or continues) and line:match("\\$") ~= nil
  end
  return table.concat(kept, "\n")
end

return function(header)
  ffi.cdef(declarations(header))
  return ffi.load("netflow"), ffi
end
