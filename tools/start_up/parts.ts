/**
 * What nearly every command runs, and `showtime context` on each kind of store. All that these modules import statically
 * gets into the script that the executable keeps compiled. A module that is not there is loaded as a chunk.
 */

import "../../src/cli/run.ts";
import "../../src/cli/reading/read_plain.ts";
import "../../src/wiring/process.ts";
import "../../src/wiring/wiring.ts";
import "../../src/wiring/config_file.ts";
import "../../src/drivers/system/mod.ts";
import "../../src/cli/commands/contexts/registry.ts";
import "../../src/cli/commands/contexts/get.ts";
import "../../src/cli/commands/contexts/set.ts";
import "../../src/wiring/contexts/make_context_tools.ts";
import "../../src/config/contexts/original_config.ts";
import "../../src/config/contexts/load_plain.ts";
import "../../src/config/contexts/context_settings.ts";
import "../../src/drivers/context_files/mod.ts";
import "../../src/drivers/redis/mod.ts";
import "../../src/drivers/sqlite/mod.ts";
