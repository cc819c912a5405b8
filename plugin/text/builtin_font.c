/*
 * The built-in Latin font: our own single-stroke letters, for machines without any TTF.
 *
 * A letter is a few strokes on a grid: capitals stand from y = 0 to the baseline at y = 14, small
 * letters begin at 4, tails end at 18. Strokes are flattened to segments, and a pixel's coverage is
 * its distance to the nearest one, so the letters are smooth at every size. Covers ASCII 32 to 126
 * and the bullet, which hides digits; everything else is an empty box.
 *
 * A stroke is written as a kind and points, two letters each, 'a' = 0:
 *     -  straight lines      ~  a curve that begins and ends at its outer points
 *     @  a closed curve      .  one dot
 * Curves are quadratic B-splines: they touch the middle of each side of their control polygon.
 */
#include "text_internal.h"

#include <math.h>

#define GRID_CAP     14.0f
#define CAP_OF_EM    0.714f
#define SIDE         1.6f /* room left and right of the strokes, grid units */
#define SEGMENTS_MAX 96
#define CURVE_STEPS  8
#define BULLET       0x2022u

typedef struct Letter {
    uint8_t width; /* grid units between the outermost strokes */
    const char *strokes;
} Letter;

static const Letter letters[] = {
    { 4, "" },                                            /* space */
    { 0, "-aaak .ao" },                                   /* ! */
    { 3, "-aaad -dadd" },                                 /* " */
    { 9, "-dabo -hafo -bfif -ajhj" },                     /* # */
    { 8, "~iehcacahihimbmak -eaeo" },                     /* $ */
    { 10, "@aaeaegag @gikikogo -jabo" },                  /* % */
    { 10, "~kobecahahfaiaoiojj" },                        /* & */
    { 0, "-aaad" },                                       /* ' */
    { 3, "~daaeamdq" },                                   /* ( */
    { 3, "~aadedmaq" },                                   /* ) */
    { 6, "-dadg -abgf -gbaf" },                           /* * */
    { 8, "-eeem -aiii" },                                 /* + */
    { 1, "-bnaq" },                                       /* , */
    { 4, "-ajej" },                                       /* - */
    { 0, ".ao" },                                         /* . */
    { 6, "-gaap" },                                       /* / */
    { 8, "@aaiaioao" },                                   /* 0 */
    { 8, "-bdeaeo" },                                     /* 1 */
    { 8, "~adaaiaihao -aoio" },                           /* 2 */
    { 8, "~adaahahhdh ~dhihioaoal" },                     /* 3 */
    { 8, "-gogaakik" },                                   /* 4 */
    { 8, "-habaag ~agifioaoal" },                         /* 5 */
    { 8, "@afifioao ~akaagahc" },                         /* 6 */
    { 8, "-aaiado" },                                     /* 7 */
    { 8, "@bahahhbh @ahihioao" },                         /* 8 */
    { 8, "@aaiaijaj ~ieiocobm" },                         /* 9 */
    { 0, ".af .ao" },                                     /* : */
    { 1, ".bf -bnaq" },                                   /* ; */
    { 7, "-heaihm" },                                     /* < */
    { 8, "-agig -akik" },                                 /* = */
    { 7, "-aehiam" },                                     /* > */
    { 7, "~adaahahgdgdk .do" },                           /* ? */
    { 12, "~kpaqaamammimif @dfifildl" },                  /* @ */
    { 8, "-aoeaio -bkhk" },                               /* A */
    { 8, "-aaao -aaea ~eahahheh -aheh ~ehihioeo -aoeo" }, /* B */
    { 9, "~jdiaaaaoiojl" },                               /* C */
    { 9, "-aaao -aada ~dajajodo -aodo" },                 /* D */
    { 7, "-haaaaoho -ahgh" },                             /* E */
    { 7, "-haaaao -ahgh" },                               /* F */
    { 9, "~jdiaaaaojoji -jifi" },                         /* G */
    { 8, "-aaao -iaio -ahih" },                           /* H */
    { 0, "-aaao" },                                       /* I */
    { 5, "-fafk ~fkfoboam" },                             /* J */
    { 8, "-aaao -iaaj -dgio" },                           /* K */
    { 7, "-aaaoho" },                                     /* L */
    { 10, "-aoaafjkako" },                                /* M */
    { 8, "-aoaaioia" },                                   /* N */
    { 10, "@aakakoao" },                                  /* O */
    { 8, "-aaao -aaea ~eaiaiiei -aiei" },                 /* P */
    { 10, "@aakakoao -glkp" },                            /* Q */
    { 8, "-aaao -aaea ~eaiaiheh -aheh -ehio" },           /* R */
    { 8, "~idhaaaahihioboal" },                           /* S */
    { 8, "-aaia -eaeo" },                                 /* T */
    { 8, "-aaaj ~ajaoioij -iaij" },                       /* U */
    { 8, "-aaeoia" },                                     /* V */
    { 12, "-aadogcjoma" },                                /* W */
    { 8, "-aaio -iaao" },                                 /* X */
    { 8, "-aaehia -eheo" },                               /* Y */
    { 8, "-aaiaaoio" },                                   /* Z */
    { 3, "-daaaaqdq" },                                   /* [ */
    { 6, "-aagp" },                                       /* \ */
    { 3, "-aadadqaq" },                                   /* ] */
    { 8, "-ageaig" },                                     /* ^ */
    { 8, "-aqiq" },                                       /* _ */
    { 2, "-aacd" },                                       /* ` */
    { 7, "~bgbehehi -hiho ~hjajaogohl" },                 /* a */
    { 8, "-aaao @aeieioao" },                             /* b */
    { 7, "~hggeaeaogohm" },                               /* c */
    { 8, "-iaio @aeieioao" },                             /* d */
    { 8, "-ajij ~ijieaeaohoim" },                         /* e */
    { 5, "-cdco ~cdcafa -aefe" },                         /* f */
    { 8, "@aeieioao -ieio ~ioisbsar" },                   /* g */
    { 7, "-aaao ~aiaehehj -hjho" },                       /* h */
    { 0, "-aeao .ab" },                                   /* i */
    { 2, "-ceco ~cocsas .cb" },                           /* j */
    { 7, "-aaao -heal -diho" },                           /* k */
    { 2, "-aaal ~alaoco" },                               /* l */
    { 10, "-aeao ~aiaefefi -fifo ~fifekeki -kiko" },      /* m */
    { 7, "-aeao ~aiaehehj -hjho" },                       /* n */
    { 8, "@aeieioao" },                                   /* o */
    { 8, "-aeas @aeieioao" },                             /* p */
    { 8, "-ieis @aeieioao" },                             /* q */
    { 5, "-aeao ~ajaefe" },                               /* r */
    { 7, "~hgheaeajhjhoaoam" },                           /* s */
    { 5, "-cbcl ~clcofo -aefe" },                         /* t */
    { 7, "-aeaj ~ajaohohk -heho" },                       /* u */
    { 8, "-aeeoie" },                                     /* v */
    { 12, "-aedogfjome" },                                /* w */
    { 7, "-aeho -heao" },                                 /* x */
    { 8, "-aeeo -iecs" },                                 /* y */
    { 7, "-aeheaoho" },                                   /* z */
    { 4, "-eacbchaicjcpeq" },                             /* { */
    { 0, "-aaaq" },                                       /* | */
    { 4, "-aacbcheicjcpaq" },                             /* } */
    { 8, "~ajcgglii" },                                   /* ~ */
    { 3, "@agdgdjaj -bhci" },                             /* bullet */
    { 8, "-aaiaioaoaa" },                                 /* what no font covers */
};

typedef struct Point {
    float x, y;
} Point;

typedef struct Outline {
    Point from[SEGMENTS_MAX], to[SEGMENTS_MAX];
    uint32_t count;
} Outline;

bool atr__builtin_has(uint32_t c)
{
    return (c >= 32 && c < 127) || c == BULLET;
}

static const Letter *letter_of(uint32_t c)
{
    const size_t count = ATR_COUNT_OF(letters);
    if (c == BULLET) {
        return &letters[count - 2];
    }
    return &letters[atr__builtin_has(c) ? c - 32 : count - 1];
}

static float unit_of(int32_t size_px)
{
    return (float)size_px * CAP_OF_EM / GRID_CAP;
}

int32_t atr__builtin_advance(uint32_t c, int32_t size_px)
{
    return (int32_t)(((float)letter_of(c)->width + 2 * SIDE) * unit_of(size_px) + 0.5f);
}

int32_t atr__builtin_ascent(int32_t size_px)
{
    return (int32_t)((float)size_px * 0.96f + 0.5f);
}

int32_t atr__builtin_height(int32_t size_px)
{
    return atr__builtin_ascent(size_px) + (int32_t)((float)size_px * 0.3f + 0.5f);
}

static Point middle(Point a, Point b)
{
    return (Point){ (a.x + b.x) / 2, (a.y + b.y) / 2 };
}

static void add_line(Outline *outline, Point a, Point b)
{
    if (outline->count < SEGMENTS_MAX) {
        outline->from[outline->count] = a;
        outline->to[outline->count] = b;
        outline->count++;
    }
}

static void add_curve(Outline *outline, Point a, Point control, Point b)
{
    Point last = a;
    for (int i = 1; i <= CURVE_STEPS; i++) {
        const float t = (float)i / CURVE_STEPS;
        const float u = 1 - t;
        const Point next = { u * u * a.x + 2 * u * t * control.x + t * t * b.x,
                             u * u * a.y + 2 * u * t * control.y + t * t * b.y };
        add_line(outline, last, next);
        last = next;
    }
}

static void add_stroke(Outline *outline, char kind, const Point *points, uint32_t count)
{
    if (kind == '.' || count == 1) {
        add_line(outline, points[0], points[0]);
    } else if (kind == '-') {
        for (uint32_t i = 1; i < count; i++) {
            add_line(outline, points[i - 1], points[i]);
        }
    } else if (kind == '@') {
        for (uint32_t i = 0; i < count; i++) {
            const Point next = points[(i + 1) % count];
            const Point before = points[(i + count - 1) % count];
            add_curve(outline, middle(before, points[i]), points[i], middle(points[i], next));
        }
    } else {
        Point start = points[0];
        for (uint32_t i = 1; i + 1 < count; i++) {
            const Point end = i + 2 == count ? points[i + 1] : middle(points[i], points[i + 1]);
            add_curve(outline, start, points[i], end);
            start = end;
        }
    }
}

/* Turns a letter into segments in pixels, pen and baseline at the origin. */
static void outline_make(const Letter *letter, float unit, Outline *outline)
{
    outline->count = 0;
    const char *p = letter->strokes;
    while (*p != 0) {
        const char kind = *p++;
        Point points[16];
        uint32_t count = 0;
        while (*p >= 'a' && p[1] != 0 && count < ATR_COUNT_OF(points)) {
            points[count++] = (Point){ ((float)(p[0] - 'a') + SIDE) * unit,
                                       ((float)(p[1] - 'a') - GRID_CAP) * unit };
            p += 2;
        }
        if (count > 0) {
            add_stroke(outline, kind, points, count);
        }
        while (*p == ' ') {
            p++;
        }
    }
}

static float distance_to(const Outline *outline, uint32_t i, float x, float y)
{
    const Point a = outline->from[i];
    const float dx = outline->to[i].x - a.x;
    const float dy = outline->to[i].y - a.y;
    const float length = dx * dx + dy * dy;
    float t = length > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / length : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    const float ex = x - a.x - t * dx;
    const float ey = y - a.y - t * dy;
    return sqrtf(ex * ex + ey * ey);
}

void atr__builtin_draw(const atr_Canvas *canvas, uint32_t c, int32_t size_px, bool bold, int32_t x,
                       int32_t baseline, uint32_t tint)
{
    const Letter *letter = letter_of(c);
    const float unit = unit_of(size_px);
    Outline outline;
    outline_make(letter, unit, &outline);
    float half = unit * (bold ? 1.25f : 0.8f);
    half = half < 0.55f ? 0.55f : half;

    const int32_t top = baseline - atr__builtin_ascent(size_px);
    const int32_t bottom = top + atr__builtin_height(size_px);
    const int32_t right = x + atr__builtin_advance(c, size_px);
    for (int32_t py = top < 0 ? 0 : top; py < bottom && py < canvas->height; py++) {
        uint32_t *row = canvas->pixels + (size_t)py * (size_t)canvas->pitch;
        for (int32_t px = x < 0 ? 0 : x; px < right && px < canvas->width; px++) {
            float nearest = half + 1;
            for (uint32_t i = 0; i < outline.count; i++) {
                const float d =
                    distance_to(&outline, i, (float)(px - x) + 0.5f, (float)(py - baseline) + 0.5f);
                nearest = d < nearest ? d : nearest;
            }
            const float covered = half + 0.5f - nearest;
            if (covered > 0) {
                const float share = covered > 1 ? 1 : covered;
                row[px] = atr__text_blend(row[px], tint, (uint32_t)(share * 255 + 0.5f));
            }
        }
    }
}
