/*
 * fixbuf_lists.ipfix: a basicList, a subTemplateList and a subTemplateMultiList in each
 * record, and strings of which one is longer than 255 octets.
 *
 *   cc -o fixbuf_lists fixbuf_lists.c $(pkg-config --cflags --libs libfixbuf)
 *   ./fixbuf_lists fixbuf_lists.ipfix
 */
#include <fixbuf/public.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#define CK(x) do { if (!(x)) { fprintf(stderr, "%s: %s\n", #x, err ? err->message : "?"); exit(1); } } while (0)
typedef struct { uint32_t sip; uint32_t ifin; fbVarfield_t name; fbBasicList_t ports; fbSubTemplateList_t hops; fbSubTemplateMultiList_t multi; } rec_t;
typedef struct { uint32_t ip; uint32_t ifout; uint64_t bytes; } hop_t;
static fbInfoElementSpec_t rec_spec[] = { {"sourceIPv4Address", 4, 0}, {"ingressInterface", 4, 0}, {"applicationName", FB_IE_VARLEN, 0}, {"basicList", FB_IE_VARLEN, 0}, {"subTemplateList", FB_IE_VARLEN, 0}, {"subTemplateMultiList", FB_IE_VARLEN, 0}, FB_IESPEC_NULL };
static fbInfoElementSpec_t hop_spec[] = { {"ipNextHopIPv4Address", 4, 0}, {"egressInterface", 4, 0}, {"octetDeltaCount", 8, 0}, FB_IESPEC_NULL };
int main(int argc, char **argv) {
  GError *err = NULL; fbInfoModel_t *m = fbInfoModelAlloc(); fbSession_t *s = fbSessionAlloc(m);
  fbExporter_t *e; fbConnSpec_t cs; memset(&cs, 0, sizeof cs);
  if (argc > 2) { cs.transport = FB_UDP; cs.host = argv[1]; cs.svc = argv[2]; e = fbExporterAllocNet(&cs); } else e = fbExporterAllocFile(argc > 1 ? argv[1] : "out.ipfix");
  fbTemplate_t *ri = fbTemplateAlloc(m), *re = fbTemplateAlloc(m), *hi = fbTemplateAlloc(m), *he = fbTemplateAlloc(m);
  CK(fbTemplateAppendSpecArray(ri, rec_spec, 0xffffffff, &err)); CK(fbTemplateAppendSpecArray(re, rec_spec, 0, &err));
  CK(fbTemplateAppendSpecArray(hi, hop_spec, 0xffffffff, &err)); CK(fbTemplateAppendSpecArray(he, hop_spec, 0, &err));
  CK(fbSessionAddTemplate(s, TRUE, 0x1000, ri, &err)); CK(fbSessionAddTemplate(s, TRUE, 0x1001, hi, &err));
  fBuf_t *b = fBufAllocForExport(s, e); fbSessionSetDomain(s, 4242);
  CK(fbSessionAddTemplate(s, FALSE, 0x1000, re, &err)); CK(fbSessionAddTemplate(s, FALSE, 0x1001, he, &err));
  CK(fbSessionExportTemplates(s, &err));
  CK(fBufSetInternalTemplate(b, 0x1000, &err)); CK(fBufSetExportTemplate(b, 0x1000, &err));
  for (int i = 0; i < 20; i++) {
    rec_t r; memset(&r, 0, sizeof r); char nm[400]; int L = i == 7 ? 300 : 5 + i; memset(nm, 'a' + i, L);
    r.sip = 0xCB007101u + (unsigned)i; r.ifin = 1000u + (unsigned)i; r.name.buf = (uint8_t *)nm; r.name.len = (size_t)L;
    uint16_t *p = fbBasicListInit(&r.ports, 3, fbInfoModelGetElementByName(m, "destinationTransportPort"), (uint16_t)(i % 4)); for (int k = 0; k < i % 4; k++) p[k] = (uint16_t)(80 + k);
    hop_t *h = fbSubTemplateListInit(&r.hops, 4, 0x1001, hi, (uint16_t)(i % 3)); for (int k = 0; k < i % 3; k++) { memset(&h[k], 0, sizeof h[k]); h[k].ip = 0xC6336401u + (unsigned)k; h[k].ifout = 53; h[k].bytes = 1000u * (unsigned)k; }
    fbSubTemplateMultiListEntry_t *en = fbSubTemplateMultiListInit(&r.multi, 3, 1); hop_t *q = fbSubTemplateMultiListEntryInit(en, 0x1001, hi, 2); for (int k = 0; k < 2; k++) { memset(&q[k], 0, sizeof q[k]); q[k].ip = 0x0A000001u; q[k].bytes = 7; }
    CK(fBufAppend(b, (uint8_t *)&r, sizeof r, &err));
    fbBasicListClear(&r.ports); fbSubTemplateListClear(&r.hops); fbSubTemplateMultiListClear(&r.multi);
  }
  CK(fBufEmit(b, &err)); fBufFree(b); fbInfoModelFree(m); puts("ok"); return 0;
}
