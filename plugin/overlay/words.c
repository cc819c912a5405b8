/*
 * The overlay's words, as assets/locale has them under overlay.*: compiled in, because a game that
 * links the plugin brings no catalogues.
 */
#include "overlay_internal.h"

static const char *const words[ATR__WORD_COUNT][2] = {
    { "Measurements", "القياسات" },
    { "FPS", "إطار/ث" },
    { "Frame time", "زمن الإطار" },
    { "Budget", "الميزانية" },
    { "Over budget", "فوق الميزانية" },
    { "P1 low", "أدنى P1" },
    { "Low average", "متوسط الأدنى" },
    { "Low integral", "تكامل الأدنى" },
    { "Stutter", "التقطّع" },
    { "Time split", "توزيع الزمن" },
    { "Host", "التطبيق" },
    { "Effects", "المؤثرات" },
    { "Queue", "الطابور" },
    { "Overlay", "اللوحة" },
    { "Present", "العرض" },
    { "Other", "أخرى" },
    { "Particles", "الجسيمات" },
    { "Live effects", "المؤثرات النشطة" },
    { "Throttle", "التقنين" },
    { "Played", "مشغّل" },
    { "Merged", "مدمج" },
    { "Reduced", "مخفّض" },
    { "Refused", "مرفوض" },
    { "Quality", "الجودة" },
    { "Room", "المتاح" },
    { "Drawn: high, medium, cosmetic", "المرسوم: مهم، متوسط، تجميلي" },
    { "Draw path", "مسار الرسم" },
    { "Depth", "العمق" },
    { "Drops", "المُسقَط" },
    { "Hit ratio", "نسبة الإصابة" },
    { "Waiting", "قيد الانتظار" },
    { "Oldest", "الأقدم" },
    { "CPU", "المعالج" },
    { "Memory", "الذاكرة" },
    { "None", "لا شيء" },
};

const char *atr__word(atr__Word word, bool arabic)
{
    return words[word][arabic];
}
