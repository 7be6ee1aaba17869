#ifndef LATHE_CYAML_H
#define LATHE_CYAML_H
#include <yaml.h>
#endif
