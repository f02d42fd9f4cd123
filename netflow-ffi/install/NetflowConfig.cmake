# find_package(Netflow) defines the targets Netflow::netflow, the shared library if it is installed and
# else the static one, and Netflow::netflow_static. Found beside this file, wherever it is moved to.

set(_netflow_folders
  "${CMAKE_CURRENT_LIST_DIR}/../.."
  "${CMAKE_CURRENT_LIST_DIR}/../../../lib"
  "${CMAKE_CURRENT_LIST_DIR}/../../../lib/${CMAKE_LIBRARY_ARCHITECTURE}"
  "${CMAKE_CURRENT_LIST_DIR}/../../../lib64")
find_path(Netflow_INCLUDE_DIR netflow.h NO_DEFAULT_PATH NO_CACHE PATHS
  "${CMAKE_CURRENT_LIST_DIR}/../../../include"
  "${CMAKE_CURRENT_LIST_DIR}/../../../../include")
find_library(Netflow_SHARED_LIBRARY NAMES libnetflow.so libnetflow.dylib
  NO_DEFAULT_PATH NO_CACHE PATHS ${_netflow_folders})
find_library(Netflow_STATIC_LIBRARY NAMES libnetflow.a
  NO_DEFAULT_PATH NO_CACHE PATHS ${_netflow_folders})

if(NOT Netflow_INCLUDE_DIR OR NOT (Netflow_SHARED_LIBRARY OR Netflow_STATIC_LIBRARY))
  set(Netflow_FOUND FALSE)
  set(Netflow_NOT_FOUND_MESSAGE "netflow.h or libnetflow is not where ${CMAKE_CURRENT_LIST_FILE} is")
  return()
endif()

if(Netflow_STATIC_LIBRARY AND NOT TARGET Netflow::netflow_static)
  find_package(Threads QUIET)
  add_library(Netflow::netflow_static STATIC IMPORTED)
  set_target_properties(Netflow::netflow_static PROPERTIES
    IMPORTED_LOCATION "${Netflow_STATIC_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Netflow_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "gcc_s;${CMAKE_THREAD_LIBS_INIT};m;${CMAKE_DL_LIBS}")
endif()

if(NOT TARGET Netflow::netflow)
  if(Netflow_SHARED_LIBRARY)
    add_library(Netflow::netflow SHARED IMPORTED)
    set_target_properties(Netflow::netflow PROPERTIES
      IMPORTED_LOCATION "${Netflow_SHARED_LIBRARY}"
      IMPORTED_SONAME "libnetflow.so.0"
      INTERFACE_INCLUDE_DIRECTORIES "${Netflow_INCLUDE_DIR}")
  else()
    add_library(Netflow::netflow INTERFACE IMPORTED)
    set_target_properties(Netflow::netflow PROPERTIES
      INTERFACE_LINK_LIBRARIES Netflow::netflow_static)
  endif()
endif()
