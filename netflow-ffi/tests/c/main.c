#include "tests.h"

static int usage(void) {
  fputs("usage: tests api\n"
        "       tests freed\n"
        "       tests layout\n"
        "       tests threads FILE...\n"
        "       tests flows batch|single|callback|masked FILE...\n"
        "       tests arrow absent|api\n"
        "       tests arrow octets|view|text FILE...\n"
        "       tests listener absent|api\n"
        "       tests walk FILE...\n"
        "       tests mutate SEED ROUNDS FILE...\n",
        stderr);
  return 2;
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (netflow_abi_version() != NETFLOW_ABI_VERSION) {
    fputs("the library is not that of the header\n", stderr);
    return 1;
  }
  if (strcmp(command, "api") == 0 && argc == 2) return run_api();
  if (strcmp(command, "freed") == 0 && argc == 2) return run_freed();
  if (strcmp(command, "layout") == 0 && argc == 2) return run_layout();
  if (strcmp(command, "threads") == 0 && argc > 2) return run_threads(argc - 2, argv + 2);
  if (strcmp(command, "flows") == 0 && argc > 3) return run_dump(argv[2], argc - 3, argv + 3);
  if (strcmp(command, "arrow") == 0 && argc > 2) return run_arrow(argv[2], argc - 3, argv + 3);
  if (strcmp(command, "listener") == 0 && argc == 3) return run_listener(argv[2]);
  if (strcmp(command, "walk") == 0 && argc > 2) return run_walk(argc - 2, argv + 2);
  if (strcmp(command, "mutate") == 0 && argc > 4) {
    uint32_t seed = (uint32_t)strtoul(argv[2], NULL, 10);
    uint32_t rounds = (uint32_t)strtoul(argv[3], NULL, 10);
    return run_mutate(seed, rounds, argc - 4, argv + 4);
  }
  return usage();
}
